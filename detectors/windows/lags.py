"""The next value from past ones, by a ridge on lags and on random ramps of them.

A single hidden layer whose weights are drawn and never trained (Huang, Zhu and Siew, Neurocomputing 2006).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from detectors.base import Floats

_NEAR, _FAR = 8, 24
_RAMPS = 60
_RIDGE = 1e-4
_KEPT = 0.98
_FITTED_ON = 4000
_FARTHEST = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Lags:
    """`lags` in points, the last the longest; `weights` of the values there, of ramps of them, and of one."""

    lags: NDArray[np.intp]
    weights: NDArray[np.float32]

    @property
    def longest(self) -> int:
        return int(self.lags[-1])

    @classmethod
    def fit(cls, x: Floats, period: int) -> Self:
        """On the last of `x`, without the largest 2 % of errors."""
        lags = lags_up_to(min(max(period, 2 * _NEAR), x.size // 4))
        recent = np.clip(x[-_FITTED_ON:], -_FARTHEST, _FARTHEST)
        rows, value = _rows(recent, lags), recent[lags[-1] :]
        weights = _ridge(rows, value)
        error = np.abs(value - rows @ weights)
        kept = error <= np.quantile(error, _KEPT)
        return cls(lags, _ridge(rows[kept], value[kept]))

    def expected(self, x: Floats) -> Floats:
        """Of each of `x` from the longest lag on, from those before it."""
        likely: Floats = (
            _rows(np.clip(x, -_FARTHEST, _FARTHEST), self.lags) @ self.weights
        ).astype(np.float64)
        return likely


def _rows(x: Floats, lags: NDArray[np.intp]) -> NDArray[np.float32]:
    """`[point, feature]` for each point of `x` from the longest lag on."""
    longest = int(lags[-1])
    past = sliding_window_view(x[:-1].astype(np.float32), longest)
    rows = np.empty((len(past), features(lags.size)), np.float32)
    rows[:, : lags.size] = past[:, longest - lags]
    drawn, offsets = _drawn(lags.size)
    ramps = rows[:, : lags.size] @ drawn
    np.maximum(ramps + offsets, 0, out=rows[:, lags.size : -1])
    rows[:, -1] = 1
    return rows


@lru_cache
def _drawn(lags: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The ramps' weights and offsets: the same for every series."""
    generator = np.random.default_rng(0)
    weights = generator.normal(size=(lags, _RAMPS)) / np.sqrt(lags)
    return weights.astype(np.float32), generator.normal(size=_RAMPS).astype(np.float32)


def lags_up_to(longest: int) -> NDArray[np.intp]:
    """Each of the nearest, fewer and fewer of those farther away."""
    far = np.geomspace(_NEAR + 1, longest, _FAR) if longest > _NEAR else np.empty(0)
    return np.unique(np.concatenate((np.arange(1, _NEAR + 1), np.round(far)))).astype(np.intp)


def features(lags: int) -> int:
    """How many weights so many lags have."""
    return lags + _RAMPS + 1


def _ridge(rows: NDArray[np.float32], value: Floats) -> NDArray[np.float32]:
    gram = (rows.T @ rows).astype(np.float64)
    ridge = _RIDGE * np.trace(gram) / len(gram)
    weights = np.linalg.solve(gram + ridge * np.eye(len(gram)), rows.T @ value.astype(np.float32))
    found: NDArray[np.float32] = weights.astype(np.float32)
    return found
