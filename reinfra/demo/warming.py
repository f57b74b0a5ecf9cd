"""From when on the labelled series of a demo could be judged by their values."""

from collections.abc import Iterable

from detectors.choice_rules import AUTOREGRESSION
from reinfra.batch.acquire import Acquired, Window, blocks
from reinfra.batch.detect import Report
from reinfra.batch.evaluate import assess
from reinfra.batch.steps import Steps
from reinfra.config import DetectSettings
from reinfra.model import DAY, SECOND
from reinfra.store import Store, Stored

_USUALLY_ENOUGH = 2 * DAY


def judged_from(
    store: Store, settings: DetectSettings, series: Iterable[Stored], detection: Report
) -> int:
    """When the first of `series` had its first score and threshold; the end of the run if none had.

    Scores them again as the run did, but no more of them than it takes. When a threshold begins does
    not depend on the other series.
    """
    chosen = list(series)
    since = min((one.first_at for one in chosen), default=detection.until)
    span = _USUALLY_ENOUGH
    while since < detection.until:
        until = min(since + span, detection.until)
        window = Window(since, since, until)
        found = [
            at
            for acquired in blocks(store, chosen, window, Steps(round(settings.step * SECOND)))
            for at in _first_judged(acquired, settings)
        ]
        if found or until == detection.until:
            return min(found, default=detection.until)
        span *= 2
    return detection.until


def _first_judged(acquired: Acquired, settings: DetectSettings) -> list[int]:
    """At most one instant, by the detector that is first to judge a value."""
    judged = assess(acquired.block, AUTOREGRESSION, settings).judged.any(axis=0)
    first: list[int] = acquired.block.at[judged][:1].tolist()
    return first
