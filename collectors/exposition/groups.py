"""One metric within an OpenMetrics family; of a histogram, its buckets in order, count and sum complete."""

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from collectors.exposition.model import Labels, Type


class Bucket(NamedTuple):
    """`row` is the sample's place on the page."""

    row: int
    bound: float


class _Limits(Protocol):
    no_negative: list[int]
    rising: list[tuple[int, int]]
    equal: list[tuple[int, int]]


@dataclass(slots=True)
class Group:
    """The samples of one metric at one time. `sum` and `count` are their rows on the page."""

    labels: Labels
    at: int
    type: Type
    sum: int | None = None
    count: int | None = None
    _last: Bucket | None = None
    _lowest: float = math.inf

    def bucket(self, limits: _Limits, given: Bucket) -> None:
        if self._last is not None:
            if given.bound <= self._last.bound:
                raise ValueError("buckets that do not rise")
            limits.rising.append((self._last.row, given.row))
        self._last = given
        self._lowest = min(self._lowest, given.bound)

    def close(self, limits: _Limits) -> None:
        """Raises ValueError for a histogram that is not whole."""
        if self.type not in (Type.HISTOGRAM, Type.GAUGE_HISTOGRAM):
            return
        if self._last is None or self._last.bound != math.inf:
            raise ValueError("a histogram without its +Inf bucket")
        if (self.sum is None) != (self.count is None):
            raise ValueError("a histogram has both a sum and a count, or neither")
        if self.count is not None:
            limits.equal.append((self._last.row, self.count))
        if self.sum is not None:
            self._check_sum(limits, self.sum)

    def _check_sum(self, limits: _Limits, row: int) -> None:
        if self._lowest >= 0:
            limits.no_negative.append(row)
        elif self.type is Type.HISTOGRAM:
            raise ValueError("a histogram of negative values has no sum: it would not rise")
