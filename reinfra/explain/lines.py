"""An explanation for a terminal."""

from collections.abc import Iterator

import numpy as np

from reinfra.explain.explain import Explained, Explanation, Nearby
from reinfra.explain.roots import Root
from reinfra.explain.similar import Similar
from reinfra.model import iso
from reinfra.signals.wording import amount, duration, number

_SHOWN = 5


def lines(found: Explanation) -> Iterator[str]:
    """Roots first, then changes, shares, and the anomalies one by one."""
    incident = found.incident
    yield f"{incident.name} {incident.severity} {incident.state}: {incident.title}"
    yield "began first (an order in time and topology, no proof of a cause)"
    yield from (f"  {place}. {_root(one)}" for place, one in enumerate(found.roots, start=1))
    yield "nearest changes" if found.changes else "no change is on record near it"
    yield from (f"  {_change(one)}" for one in found.changes)
    yield "how far out, by series"
    yield from (f"  {one.share:.0%} {one.series}" for one in found.shares[:_SHOWN])
    for one in found.anomalies:
        yield from _anomaly(one)


def _root(one: Root) -> str:
    after = f"{duration(one.after)} later" if one.after else "first"
    carried = f"; may explain {', '.join(one.explains)}" if one.explains else ""
    return f"{iso(one.onset)} ({after}) {one.level} {one.name}: {', '.join(one.signals)}{carried}"


def _change(one: Nearby) -> str:
    change = one.change
    side = "before" if one.before >= 0 else "after"
    about = ", ".join(value for _, value in change.subject)
    said = f"{change.name} of {about}: {change.before} became {change.after}"
    return f"{iso(change.at)} ({duration(abs(one.before))} {side}) {said}"


def _anomaly(one: Explained) -> Iterator[str]:
    found = one.anomaly.found
    yield f"{iso(found.since)} {found.key} by {found.detector}: {found.reason}"
    if one.why:
        yield f"  {one.why}"
    if one.points is not None and one.points.over.any():
        yield f"  {_points(one)}"
    if one.scale is not None:
        times = number(one.scale.times)
        yield f"  stands out most over {duration(one.scale.length)}: {times} times its usual wandering"
    for each in one.channels[:_SHOWN]:
        yield f"  channel {each.share:.0%} {each.series}"
    for other in one.similar:
        yield f"  like {_similar(other)}"


def _points(one: Explained) -> str:
    points, key = one.points, one.anomaly.found.key
    if points is None:
        return ""
    over = points.over
    peak = int(np.flatnonzero(over)[np.nanargmax(points.score[over])])
    seen, expected = (amount(key, float(each[peak])) for each in (points.seen, points.expected))
    low, high = (amount(key, float(each[peak])) for each in (points.low, points.high))
    cells = f"{int(over.sum())} cells of {duration(points.step)} over the threshold"
    band = f"against {expected} expected ({low} to {high})"
    return f"{cells}; the worst at {iso(int(points.at[peak]))}: {seen} {band}"


def _similar(one: Similar) -> str:
    incident = f"INC-{one.incident}" if one.incident is not None else "no incident"
    return f"{iso(one.since)} {one.series}, {incident}, {one.feedback or 'not judged'}, {one.distance:.2f} apart"
