"""ExponentialHistogramDataPoint as buckets by `le`, on bounds that stay.

The bucket of index i holds what is above base**i and at most base**(i + 1), base being 2**(2**-scale)
(metrics.proto). Scale and range move from point to point, while a series by `le` should go on. So buckets are
merged to a scale of at most 2, where each bound is 19 % above the one before, which loses nothing: the bounds
of a scale are among those of every finer one. And a family's range only grows, so that each of its bounds
has a sample in each point. Negative values are kept by their size, and are laid out in reverse.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collectors.otlp.explicit import NOT_THE_COUNT, total_of
from collectors.otlp.families import Moment
from collectors.otlp.places import EXACT
from collectors.otlp.quantity import scaled

FINEST = 2
COARSEST = -11
"""At which one bucket spans all doubles above 1."""
MOST_BUCKETS = 160
_LARGEST = 1_024
"""2 to this power is no double any more."""


@dataclass(frozen=True, slots=True)
class Side:
    """Counts of the buckets from index `low` on; of positive values, or of negative ones by their size."""

    low: int = 0
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def high(self) -> int:
        return self.low + self.counts.size

    def coarser(self, by: int) -> "Side":
        """Merged `by` scales down."""
        if not self.counts.size or not by:
            return self
        index = (self.low + np.arange(self.counts.size)) >> min(by, 63)
        merged = np.zeros(int(index[-1] - index[0]) + 1, np.int64)
        np.add.at(merged, index - index[0], self.counts)
        return Side(int(index[0]), merged)

    def within(self, other: "Side") -> "Side":
        """Over its own range and the other's, with its own counts."""
        if not other.counts.size:
            return self
        if not self.counts.size:
            return Side(other.low, np.zeros_like(other.counts))
        low, high = min(self.low, other.low), max(self.high, other.high)
        counts = np.zeros(high - low, np.int64)
        counts[self.low - low : self.high - low] = self.counts
        return Side(low, counts)


@dataclass(slots=True)
class Grid:
    """The scale and the ranges that a family has shown so far, with the counts of its last point."""

    scale: int = FINEST
    zero: bool = False
    positive: Side = field(default_factory=Side)
    negative: Side = field(default_factory=Side)

    def fit(self, scale: int, positive: Side, negative: Side) -> None:
        """Takes the counts of both sides, after becoming as coarse and as wide as that takes."""
        to = min(self.scale, scale)
        while True:
            sides = [one.coarser(scale - to) for one in (positive, negative)]
            shown = [one.coarser(self.scale - to) for one in (self.positive, self.negative)]
            pairs = list(zip(sides, shown, strict=True))
            if sum(_width(*pair) for pair in pairs) <= MOST_BUCKETS or to == COARSEST:
                break
            to -= 1
        self.scale = to
        self.positive, self.negative = (one.within(other) for one, other in pairs)


def put_exponential(point: Any, moment: Moment, grid: Grid) -> str:  # noqa: ANN401
    """Why the point is refused; "" once its samples are put."""
    if why := _fault(point):
        return why
    grid.fit(point.scale, _side(point.positive), _side(point.negative))
    family = moment.family
    grid.zero = grid.zero or point.zero_count > 0
    # Bounds nearer to 0 than a double can be are all 0, and the last one has all their counts.
    ends = {repr(scaled(end, family.factor)): count for end, count in _cumulative(point, grid)}
    for end, count in {**ends, "+Inf": point.count}.items():
        moment.put([family.member(end, moment.series)], [float(count)])
    total = None if grid.negative.counts.any() else total_of(point)
    moment.put_totals(point.count, total)
    return ""


def _fault(point: Any) -> str:  # noqa: ANN401
    if point.scale < COARSEST:
        return "a scale at which all numbers are one"
    sides = point.positive, point.negative
    whole = sum(sum(side.bucket_counts) for side in sides) + point.zero_count
    if whole > EXACT:
        return "a count beyond 2^53"
    return NOT_THE_COUNT if whole != point.count else ""


def _cumulative(point: Any, grid: Grid) -> Iterator[tuple[float, int]]:  # noqa: ANN401
    """Finite bounds from the lowest to the highest, with how many values are at most that."""
    found = _sides(point.zero_count, point.zero_threshold, grid)
    return ((bound + 0.0, count) for bound, count in found if math.isfinite(bound))  # no -0.0


def _sides(zeros: int, threshold: float, grid: Grid) -> Iterator[tuple[float, int]]:
    below = 0
    negative, positive = grid.negative, grid.positive
    if negative.counts.size:
        yield -_bound(negative.high, grid.scale), 0
    for index in range(negative.high - 1, negative.low - 1, -1):
        below += int(negative.counts[index - negative.low])
        yield -_bound(index, grid.scale), below
    below += zeros
    if grid.zero:
        yield threshold, below
    if positive.counts.size:
        yield _bound(positive.low, grid.scale), below
    for index, count in enumerate(positive.counts.tolist(), positive.low + 1):
        below += count
        yield _bound(index, grid.scale), below


def _bound(index: int, scale: int) -> float:
    power = index * 2.0**-scale
    return 2.0**power if power < _LARGEST else math.inf


def _width(one: Side, other: Side) -> int:
    """Buckets from the lowest to the highest of both."""
    used = [side for side in (one, other) if side.counts.size]
    return max(side.high for side in used) - min(side.low for side in used) if used else 0


def _side(buckets: Any) -> Side:  # noqa: ANN401
    """Without the empty buckets at its ends."""
    counts = np.array(buckets.bucket_counts, np.int64)
    used = np.flatnonzero(counts)
    if not used.size:
        return Side()
    first, last = int(used[0]), int(used[-1])
    return Side(buckets.offset + first, counts[first : last + 1])
