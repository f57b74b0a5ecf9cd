"""The next value from past ones, by a ridge on lags and on random ramps of them.

A single hidden layer whose weights are drawn and never trained (Huang, Zhu and Siew, Neurocomputing 2006).
"""

from dataclasses import dataclass
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
    """`lags` in points, and the weights of each of several forecasts, whose errors are averaged."""

    lags: NDArray[np.intp]
    drawn: NDArray[np.float32]
    offsets: NDArray[np.float32]
    weights: NDArray[np.float32]

    @classmethod
    def fit(cls, x: Floats, period: int, seed: int = 0) -> Self:
        """On the last of `x`, without the largest 2 % of errors."""
        lags = _lags(min(max(period, 2 * _NEAR), x.size // 4))
        generator = np.random.default_rng(seed)
        drawn = generator.normal(size=(lags.size, _RAMPS)) / np.sqrt(lags.size)
        offsets = generator.normal(size=_RAMPS)
        empty = cls(lags, drawn.astype(np.float32), offsets.astype(np.float32), np.zeros(0, "f4"))
        recent = np.clip(x[-_FITTED_ON:], -_FARTHEST, _FARTHEST)
        rows, value = empty._rows(recent), recent[lags[-1] :]
        weights = _ridge(rows, value)
        error = np.abs(value - rows @ weights)
        kept = error <= np.quantile(error, _KEPT)
        return cls(lags, empty.drawn, empty.offsets, _ridge(rows[kept], value[kept]))

    def errors(self, x: Floats) -> Floats:
        """How far each of `x` from the longest lag on is from what was to be expected."""
        near = np.clip(x, -_FARTHEST, _FARTHEST)
        miss: Floats = np.abs(x[self.lags[-1] :] - self._rows(near) @ self.weights)
        return miss.astype(np.float64)

    def _rows(self, x: Floats) -> NDArray[np.float32]:
        """`[point, feature]` for each point of `x` from the longest lag on."""
        past = sliding_window_view(x[:-1].astype(np.float32), int(self.lags[-1]))
        lagged = past[:, self.lags[-1] - self.lags]
        ramps = np.maximum(lagged @ self.drawn + self.offsets, 0)
        return np.concatenate((lagged, ramps, np.ones((len(ramps), 1), np.float32)), axis=1)


def _lags(longest: int) -> NDArray[np.intp]:
    far = np.geomspace(_NEAR + 1, longest, _FAR) if longest > _NEAR else np.empty(0)
    return np.unique(np.concatenate((np.arange(1, _NEAR + 1), np.round(far)))).astype(np.intp)


def _ridge(rows: NDArray[np.float32], value: Floats) -> NDArray[np.float32]:
    gram = (rows.T @ rows).astype(np.float64)
    ridge = _RIDGE * np.trace(gram) / len(gram)
    weights = np.linalg.solve(gram + ridge * np.eye(len(gram)), rows.T @ value.astype(np.float32))
    found: NDArray[np.float32] = weights.astype(np.float32)
    return found
