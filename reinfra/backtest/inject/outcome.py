"""What became of a planted fault: who found it, and how late."""

from collections.abc import Mapping
from dataclasses import dataclass

from detectors.choice import daily
from detectors.flagging import Flagging
from reinfra.backtest.inject.plant import GRACE, Planted
from reinfra.backtest.replay import Replay
from reinfra.batch.silence import STALENESS
from reinfra.batch.steps import step_of
from reinfra.config import DetectSettings
from reinfra.model import DAY, SECOND
from reinfra.store import Stored
from reinfra.store.anomalies import StoredAnomaly


@dataclass(frozen=True, slots=True)
class Outcome:
    """`delays` in ms from the fault's beginning, by detector; empty: nobody found it."""

    fault: str
    place: str
    since: int
    until: int
    delays: Mapping[str, int]

    @property
    def first(self) -> str:
        """The detector that was first; empty where none was."""
        return min(self.delays, key=lambda name: (self.delays[name], name), default="")


def outcome(one: Planted, replay: Replay, settings: DetectSettings) -> Outcome:
    """Of one fault in a replay of its copy: anomalies of what it moved, begun since then, up to an hour after."""
    series = {stored.id: stored for stored, _ in one.target.moves}
    delays: dict[str, int] = {}
    for each in replay.found:
        stored = series.get(each.series_id)
        if stored is None:
            continue
        step = step_of(stored, round(settings.step * SECOND))
        if one.since - step < each.found.since < one.until + GRACE:
            late = max(0, seen_at(each, stored, settings) - one.since)
            name = each.found.detector
            delays[name] = min(delays.get(name, late), late)
    return Outcome(one.target.fault.name, one.target.place, one.since, one.until, delays)


def seen_at(one: StoredAnomaly, stored: Stored, settings: DetectSettings) -> int:
    """When a service that runs all the time could first have said it, in ms.

    At the end of the cell that opens the anomaly at the earliest; a gap once more samples were missed than are
    tolerated; what one run a day finds, at the end of that day (UTC).
    """
    found, key = one.found, stored.key
    if found.detector == STALENESS:
        missed = max(found.score, 1.0)
        return found.since + round(found.threshold * (found.until - found.since) / missed)
    step = step_of(stored, round(settings.step * SECOND))
    flagging = Flagging.of(key.metric, 0, settings.override)
    opened = found.since + max(flagging.open_points * step, flagging.sustain + step)
    if found.detector in daily(key, settings.override):
        return -(-opened // DAY) * DAY
    return opened
