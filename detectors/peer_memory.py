"""What is remembered of a series beside its siblings: its bias, how far it strays, whether it follows them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.medians import median

STRETCH, STRETCHES = 32, 48
"""Cells of a stretch, and how many stretches are remembered: a day, at one sample a minute."""

_LEAST_CELLS = 8
_LEAST_STRETCHES = 8
_FORGETTING = 0.99
_LEAST_CORRELATION = 0.5
_LEAST_RELATIVE = 1e-3
_SIGMA, _SIGMA_OF_MAD = 1.29, 1.52
"""A normal error's standard deviation in units of its mean absolute one within 32 cells, and of the median
absolute one of 48: sqrt(pi / 2) and 1.4826, and a little for so few."""

_FAR = 3.0
_DOUBT = 3.0


@dataclass(slots=True)
class PeerMemory:
    """Of many series, [series, ...]. `rows` is all of it; the other arrays are views of its columns.

    `end` is the cell after the last one, NaN for a series never seen; `up` and `down` are the cumulative
    sums. `own` and `common` [series, cells] are the last cells of a series and of its siblings' median;
    `centres` and `spreads` [series, stretches] what the difference was in each stretch, newest last;
    `level` its siblings' and its own last medians, `moves` the sums of squares and products of their changes.
    """

    rows: Floats
    end: Floats = field(init=False)
    up: Floats = field(init=False)
    down: Floats = field(init=False)
    level: Floats = field(init=False)
    moves: Floats = field(init=False)
    own: Floats = field(init=False)
    common: Floats = field(init=False)
    centres: Floats = field(init=False)
    spreads: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.end, self.up, self.down = self.rows[:, :3].T
        self.level, self.moves, *rest = np.split(self.rows[:, 3:], _COLUMNS, axis=1)
        self.own, self.common, self.centres, self.spreads = rest

    @staticmethod
    def fresh() -> Floats:
        """The row of a series never seen."""
        nothing = np.zeros(8)
        nothing[[0, 3, 4]] = np.nan
        return np.concatenate((nothing, np.full(2 * STRETCH + 2 * STRETCHES, np.nan)))

    @property
    def bias(self) -> Floats:
        """How far from its siblings it usually is; NaN before eight stretches."""
        return median(self.centres, _LEAST_STRETCHES)

    def scale(self, bias: Floats) -> Floats:
        """The standard deviation of the difference, as large as its slow wandering makes a cumulative sum.

        Means of stretches spread by sigma / sqrt(cells) where cells are independent; where they spread
        further, neighbouring cells go together, and that spread counts. Few stretches tell it badly: it is
        taken for larger, by three stretches' share of those known.
        """
        within = _SIGMA * median(self.spreads)
        between = _SIGMA_OF_MAD * median(np.abs(self.centres - bias[:, None]))
        floor = np.maximum(_LEAST_RELATIVE * np.abs(self.level[:, 1]), 1e-12)
        known = np.maximum(np.isfinite(self.centres).sum(axis=1), 1)
        wide: Floats = np.maximum(within, between * np.sqrt(STRETCH)) * (1 + _DOUBT / known)
        return np.maximum(wide, floor)

    @property
    def together(self) -> NDArray[np.bool_]:
        """Whether its changes from stretch to stretch go with those of its siblings."""
        squares = self.moves[:, 0] * self.moves[:, 1]
        known = squares > 0
        share = np.divide(self.moves[:, 2], np.sqrt(squares), out=np.zeros(known.size), where=known)
        return np.asarray(share >= _LEAST_CORRELATION)

    def learn(self) -> None:
        """A stretch is over; `own` and `common` are its cells."""
        apart = self.own - self.common
        there = np.isfinite(apart)
        full = np.flatnonzero(there.sum(axis=1) >= _LEAST_CELLS)
        if not full.size:
            return
        centre, spread = _of_stretch(apart[full])
        for ring, newest in ((self.centres, centre), (self.spreads, spread)):
            ring[full] = np.concatenate([ring[full, 1:], newest[:, None]], axis=1)
        both = there[full]
        level = [median(np.where(both, each[full], np.nan)) for each in (self.own, self.common)]
        self._moved(full, np.stack(level, axis=1))

    def _moved(self, rows: NDArray[np.intp], level: Floats) -> None:
        change = np.nan_to_num(level - self.level[rows])
        products = np.stack([*np.square(change).T, change[:, 0] * change[:, 1]], axis=1)
        self.moves[rows] = _FORGETTING * self.moves[rows] + products
        self.level[rows] = level


def _of_stretch(x: Floats) -> tuple[Floats, Floats]:
    """The mean of each row, cells far off bounded, and the mean distance from the median; without the NaNs."""
    there = np.isfinite(x)
    count = there.sum(axis=1)
    middle = median(x)
    away = np.where(there, x - middle[:, None], 0.0)
    spread = np.abs(away).sum(axis=1) / count
    far = _FAR * spread[:, None]
    return middle + np.clip(away, -far, far).sum(axis=1) / count, spread


_COLUMNS = np.cumsum([2, 3, STRETCH, STRETCH, STRETCHES])
