"""The highest score of each half hour: all that calibration keeps of a series' scores."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.calibration.clock import Blocks

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Maxima:
    """`values[series, block]`, NaN where nothing was scored, and when in its block, in ms, each was seen."""

    values: Singles
    offsets: NDArray[np.uint32]

    @classmethod
    def none(cls, series: int, blocks: int) -> Self:
        shape = series, blocks
        return cls(np.full(shape, np.nan, np.float32), np.zeros(shape, np.uint32))

    @classmethod
    def of(
        cls, scores: Floats, at: NDArray[np.int64], blocks: Blocks, span: tuple[int, int]
    ) -> Self:
        """Of `scores[series, time]` over the blocks numbered `[span[0], span[1])`, in which all `at` lie."""
        found = cls.none(len(scores), span[1] - span[0])
        number = at // blocks.width
        begins = np.flatnonzero(np.diff(number, prepend=-1))
        for begin, end in zip(begins, np.append(begins[1:], at.size), strict=True):
            part = scores[:, begin:end]
            known = np.where(np.isfinite(part), part, -np.inf)
            best = known.argmax(axis=1)
            place = number[begin] - span[0]
            highest = known[np.arange(len(scores)), best]
            found.values[:, place] = np.where(np.isfinite(highest), highest, np.nan)
            found.offsets[:, place] = at[begin + best] - number[begin] * blocks.width
        return found

    def merged(self, later: Self) -> Self:
        """Of two that cover the same blocks, the higher; of equals the earlier one's."""
        newer = (later.values > self.values) | (np.isnan(self.values) & ~np.isnan(later.values))
        return type(self)(
            np.where(newer, later.values, self.values),
            np.where(newer, later.offsets, self.offsets),
        )

    def of_rows(self, rows: NDArray[np.intp]) -> Self:
        return type(self)(self.values[rows], self.offsets[rows])

    def put(self, rows: NDArray[np.intp], other: Self) -> None:
        self.values[rows], self.offsets[rows] = other.values, other.offsets

    def between(self, begin: int, end: int) -> Self:
        return type(self)(self.values[:, begin:end], self.offsets[:, begin:end])

    def then(self, later: Self) -> Self:
        """The blocks of both, one after the other."""
        return type(self)(
            np.concatenate((self.values, later.values), axis=1),
            np.concatenate((self.offsets, later.offsets), axis=1),
        )

    def peaks(self, width: int, quiet: int) -> Floats:
        """The maxima, but 0 where the block beside has a higher one within `quiet` ms: one alarm, not two."""
        found = self.values.astype(np.float64)
        at = self.offsets.astype(np.int64)
        near = at[:, 1:] + width - at[:, :-1] <= quiet
        left, right = self.values[:, :-1], self.values[:, 1:]
        found[:, 1:][near & (right < left)] = 0.0
        found[:, :-1][near & (left <= right)] = 0.0
        return found
