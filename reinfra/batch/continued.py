"""An anomaly that goes on in the next run is one anomaly."""

import re
from dataclasses import replace

from reinfra.model import Anomaly
from reinfra.signals import wording

_COUNT = re.compile(r"\b(\d+) points? since \S+ UTC")


def joined(before: Anomaly, after: Anomaly) -> Anomaly:
    """Both as one, described by the stranger of the two peaks."""
    peak = after if after.score > before.score else before
    points = sum(int(found[1]) for one in (before, after) if (found := _COUNT.search(one.reason)))
    when = f"{points} points since {wording.clock_time(before.since)}"
    return replace(
        peak,
        since=before.since,
        until=max(before.until, after.until),
        reason=_COUNT.sub(when, peak.reason),
    )


def continues(before: Anomaly, after: Anomaly, recovery: int) -> bool:
    """Whether no more than `recovery` ms lie between the two."""
    return after.since - before.until <= recovery
