"""What is usual of each stretch of a grid: medians of hours or days, for detectors of slow changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, readable
from reinfra.model import DAY, SeriesBlock

_LEAST_SHARE = 0.5  # of a stretch's cells must hold a value


@dataclass(frozen=True, slots=True, eq=False)
class Medians:
    """`values[series, stretch]`, NaN where fewer than half of a stretch's cells hold a value.

    Stretches are aligned to UTC and without a hole between them. `of[j]` is the stretch that the block's column
    `j` lies in, so `of[j] - 1` is the newest one that is over by then: the causal one.
    """

    values: Floats
    of: NDArray[np.intp]
    length: int

    @classmethod
    def take(cls, block: SeriesBlock, length: int) -> Self:
        """Stretches of `length` ms, each of one cell at least."""
        length = max(length, block.step)
        number = (block.at // length).astype(np.intp)
        of = number - (number[0] if number.size else 0)
        x = readable(block)
        begins = np.searchsorted(of, np.arange(int(of[-1]) + 2 if of.size else 1))
        cells = max(1, length // block.step)
        values = np.full((len(x), begins.size - 1), np.nan)
        for column, (since, until) in enumerate(pairwise(begins)):
            if until > since:
                values[:, column] = median(x[:, since:until], _LEAST_SHARE * cells)
        return cls(values, of, length)

    def spread(self, known: Floats) -> Floats:
        """`known[series, stretch]` said at each column of the block about the newest stretch over by then."""
        before = self.of - 1
        said = known[:, np.maximum(before, 0)]
        return np.where(before >= 0, said, np.nan)


def utc_days(at: NDArray[np.int64]) -> Iterator[slice]:
    """The columns of each UTC day that has any."""
    edges = [*np.flatnonzero(np.diff(at // DAY, prepend=-1)).tolist(), at.size]
    return (slice(since, until) for since, until in pairwise(edges))


def median(x: Floats, least: float = 1.0) -> Floats:
    """Over the last axis without the NaNs; NaN where fewer than `least` values are left."""
    return quantile(x, 0.5, least)


def quantile(x: Floats, share: float, least: float = 1.0) -> Floats:
    """As `median`; between two values on the line that joins them. Several times faster than np.nanquantile."""
    if x.shape[-1] == 0:
        return np.full(x.shape[:-1], np.nan)
    ordered = np.sort(x, axis=-1)  # NaNs last
    count = np.isfinite(x).sum(axis=-1)
    place = share * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.intp)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    first = np.take_along_axis(ordered, low[..., None], -1)[..., 0]
    second = np.take_along_axis(ordered, high[..., None], -1)[..., 0]
    found = first + (place - low) * (second - first)
    return np.where(count >= max(least, 1.0), found, np.nan)
