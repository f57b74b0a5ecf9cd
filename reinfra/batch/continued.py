"""An anomaly that goes on in the next run is one anomaly."""

import re
from collections.abc import Mapping
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


def merged(
    before: Mapping[int, Anomaly], after: Mapping[int, list[Anomaly]], recovery: int
) -> dict[int, list[Anomaly]]:
    """By series, each first one of `after` made one with the last of `before` where it continues that."""
    found = {}
    for id_, many in after.items():
        first, *rest = sorted(many, key=lambda one: one.since)
        known = before.get(id_)
        if known is not None and known.since < first.since and continues(known, first, recovery):
            first = joined(known, first)
        found[id_] = [first, *rest]
    return found


def continues(before: Anomaly, after: Anomaly, recovery: int) -> bool:
    """Whether no more than `recovery` ms lie between the two."""
    return after.since - before.until <= recovery
