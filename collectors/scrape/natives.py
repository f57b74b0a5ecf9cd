"""Native histograms as `le` series, so that they are read as any other histogram.

A native histogram says only the buckets that hold something, so its bounds come and go. Each bound seen
once is given again with every scrape, as long as its count is known.
"""

import bisect
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from collectors.exposition import Exposition, Native, Point, Type
from collectors.exposition.model import Labels
from collectors.exposition.native import MAX_BUCKETS, Bucket, cumulative

_MOST_BOUNDS = 4 * MAX_BUCKETS
_Known = dict[tuple[str, Labels], list[float]]


@dataclass(slots=True)
class Natives:
    """Remembers the bounds of one target's histograms."""

    _bounds: _Known = field(default_factory=dict)

    def added(self, page: Exposition) -> Exposition:
        """The page with its native histograms as lines of classic ones."""
        if not page.natives:
            return page
        bounds: _Known = {}
        lines = [line for native in page.natives for line in self._lines(native, bounds)]
        self._bounds = bounds
        value = [value for _, value, _ in lines]
        at = [at for _, _, at in lines]
        return Exposition(
            page.points + tuple(point for point, _, _ in lines),
            np.append(page.value, np.array(value, np.float64)),
            np.append(page.at, np.array(at, np.int64)),
        )

    def _lines(self, native: Native, bounds: _Known) -> Iterator[tuple[Point, float, int]]:
        name, labels, family = native.point
        buckets = cumulative(native)
        uppers = [bucket.upper for bucket in buckets]
        wanted = sorted({*uppers, *self._bounds.get((name, labels), ())})
        known = [(bound, _count_at(bound, uppers, buckets)) for bound in wanted]
        given = [(bound, count) for bound, count in known if count is not None]
        if len(given) > _MOST_BOUNDS:
            given = [(bucket.upper, bucket.total) for bucket in buckets]
        bounds[name, labels] = [bound for bound, _ in given]
        for bound, count in given:
            le = "+Inf" if math.isinf(bound) else repr(bound)
            yield Point(f"{name}_bucket", (*labels, ("le", le)), family), count, native.at
        gauge = "g" if family.type is Type.GAUGE_HISTOGRAM else ""
        yield Point(f"{name}_{gauge}sum", labels, family), native.sum, native.at
        yield Point(f"{name}_{gauge}count", labels, family), native.count, native.at


def _count_at(bound: float, uppers: Sequence[float], buckets: Sequence[Bucket]) -> float | None:
    """How many are at most `bound`; None where that is within a bucket, and so not known."""
    place = bisect.bisect_left(uppers, bound)
    bucket = buckets[place]
    if bucket.upper == bound:
        return bucket.total
    if bucket.lower < bound:
        return None
    return buckets[place - 1].total if place else 0.0
