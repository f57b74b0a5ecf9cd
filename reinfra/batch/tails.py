"""What a run must know of the cells before it to see episodes whole: those of the last minutes."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from reinfra.model import SeriesBlock

_PARTS = 5  # value, score, expected, scale, threshold


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A block with its scores and thresholds."""

    block: SeriesBlock
    scores: Scores
    thresholds: Floats

    def before(self, tails: "Tails") -> Self:
        """The same with the tails in front: one cell that says whether there were negative values, and theirs."""
        block, size = self.block, tails.cells.shape[2] + 1
        parts = (
            block.values,
            self.scores.values,
            self.scores.expected,
            self.scores.scale,
            self.thresholds,
        )
        sign = np.full((len(block.keys), 1), np.nan)
        sign[tails.negative] = -1.0
        blank = np.full((len(block.keys), 1), np.nan)
        values, scores, expected, scale, thresholds = (
            np.hstack([sign if place == 0 else blank, tails.cells[:, place], part])
            for place, part in enumerate(parts)
        )
        at = np.concatenate([block.at[0] - block.step * np.arange(size, 0, -1), block.at])
        mask = np.hstack([np.isfinite(values[:, :size]), block.mask])
        whole = SeriesBlock(block.keys, at, values, mask, block.step)
        return type(self)(whole, Scores(scores, expected, scale), thresholds)


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """`cells[series, part, cell]` end where the block begins; `negative` [series]: a value has been below 0."""

    negative: NDArray[np.bool_]
    cells: Floats

    @classmethod
    def none(cls, series: int, size: int) -> Self:
        return cls(np.zeros(series, np.bool_), np.full((series, _PARTS, size), np.nan))

    @classmethod
    def unpacked(cls, packed: list[bytes | None], size: int) -> Self:
        made = cls.none(len(packed), size)
        for row, one in enumerate(packed):
            if one:
                made.negative[row] = one[0] == 1
            if one and size and len(one) == 1 + 8 * _PARTS * size:
                made.cells[row] = np.frombuffer(one, "<f8", offset=1).reshape(_PARTS, size)
        return made

    def packed(self) -> list[bytes]:
        """A byte for the sign, then the cells."""
        if not self.cells.size:
            return [b"\1" if one else b"\0" for one in self.negative.tolist()]
        return [
            (b"\1" if one else b"\0") + cells.tobytes()
            for one, cells in zip(self.negative.tolist(), self.cells, strict=True)
        ]

    def where(self, rows: NDArray[np.bool_]) -> Self:
        """Without the cells of other rows, which do not end where the block begins."""
        return type(self)(self.negative, np.where(rows[:, None, None], self.cells, np.nan))

    def after(self, judged: Judged, ends: NDArray[np.int64]) -> Self:
        """Those of the cells up to column `ends[i]` of each row of the block that came after these."""
        size = self.cells.shape[2]
        values = judged.block.values
        with np.errstate(invalid="ignore"):
            negative = self.negative | (judged.block.mask & (values < 0)).any(axis=1)
        if not size:
            return type(self)(negative, self.cells)
        parts = (
            values,
            judged.scores.values,
            judged.scores.expected,
            judged.scores.scale,
            judged.thresholds,
        )
        every = np.concatenate([self.cells, np.stack(parts, axis=1)], axis=2)
        place = ends[:, None] + np.arange(size)
        cells = np.take_along_axis(every, place[:, None, :], axis=2)
        return type(self)(negative, cells)
