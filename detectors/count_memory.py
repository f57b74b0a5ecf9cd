"""What is remembered of numbers of events: their rate, how far their sums spread, and the last ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.count_tail import highest

STRETCH = 64
"""Cells after which what is usual is learned anew; stretches begin at multiples of it since 1970."""

_PRIOR = 0.5
"""Jeffreys' prior of a Poisson rate: half an event in no time."""


@dataclass(slots=True)
class CountMemory:
    """Of many series, [series, ...]. `rows` is all of it; the other arrays are views of its columns.

    `end` is the cell after the last one, NaN for a series never seen; `recent` are the last cells, NaN where
    there was no sample. `seen` counts samples, `cells` and `total` weigh them and their events, less the
    older they are; `first` and `second` [series, windows] are sums of the windows and of their squares,
    `limits` what no window passes by chance, NaN while too little is known.
    """

    rows: Floats
    lengths: tuple[int, ...]
    end: Floats = field(init=False)
    recent: Floats = field(init=False)
    seen: Floats = field(init=False)
    cells: Floats = field(init=False)
    total: Floats = field(init=False)
    first: Floats = field(init=False)
    second: Floats = field(init=False)
    limits: Floats = field(init=False)

    def __post_init__(self) -> None:
        many, back = len(self.lengths), _back(self.lengths)
        self.end, self.seen, self.cells, self.total = self.rows[:, :4].T
        self.recent = self.rows[:, 4 : 4 + back]
        parts = np.split(self.rows[:, 4 + back :], [many, 2 * many], axis=1)
        self.first, self.second, self.limits = parts

    @staticmethod
    def fresh(lengths: tuple[int, ...]) -> Floats:
        """The row of a series never seen."""
        many, back = len(lengths), _back(lengths)
        nothing, unknown = np.zeros(2 * many), np.full(many, np.nan)
        return np.concatenate(([np.nan, 0, 0, 0], np.full(back, np.nan), nothing, unknown))

    @property
    def rate(self) -> Floats:
        """Events in a cell, usually."""
        return (self.total + _PRIOR) / np.maximum(self.cells, 1)

    def learn(self, x: Floats, sums: Sequence[Floats], keep: float) -> None:
        """`x` and its windows' `sums`, [series, cells], of one stretch; older cells lose `1 - keep` per sample."""
        there = np.isfinite(x)
        count = there.sum(axis=1)
        kept = keep**count
        bounded = np.where(there, np.fmin(x, self.limits[:, :1] + 1), 0.0)
        self.total[:] = self.total * kept + bounded.sum(axis=1)
        self.cells[:] = self.cells * kept + count
        self.seen += count
        for window, each in enumerate(sums):
            part = np.where(there, np.fmin(each, self.limits[:, window, None] + 1), 0.0)
            self.first[:, window] = self.first[:, window] * kept + part.sum(axis=1)
            self.second[:, window] = self.second[:, window] * kept + np.square(part).sum(axis=1)

    def renew(self, rows: NDArray[np.intp], chance: float) -> None:
        """The limits of these rows, from what is known now.

        The shape is that of the Gamma distribution of the rate; or, where sums spread further, theirs.
        """
        cells = self.cells[rows, None]
        shape = np.repeat(self.total[rows, None] + _PRIOR, len(self.lengths), axis=1)
        usual = self.first[rows] / cells
        more = self.second[rows] / cells - np.square(usual) - usual
        own = np.divide(np.square(usual), more, out=np.full(more.shape, np.inf), where=more > 0)
        shape = np.maximum(np.minimum(shape, own), _PRIOR)
        mean = self.rate[rows, None] * np.array(self.lengths)
        self.limits[rows] = highest(chance, shape, mean, self.limits[rows])


def _back(lengths: tuple[int, ...]) -> int:
    """Cells to remember: a whole stretch, and what the longest window at its beginning sums."""
    return STRETCH + lengths[-1] - 1
