"""The logarithm of a latency as a bent line of its loads, fitted so that slow hours do not bend it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.base import Floats
from detectors.ridge import MAD_TO_SIGMA

_BENDS = (0.5, 0.8, 0.95)  # quantiles of the load at which the slope may change: queues grow late
_ROUNDS = 4
_HUBER = 1.345
_RIDGE = 1e-3
_LEAST_SIGMA = 0.01  # 1 %
_MOST_ROWS = 4000
_BUSIEST = 0.999
_ABSOLUTE = 1.25  # of a normal's mean absolute value
_FARTHEST = 4.0
_UNKNOWN = 10.0  # times the error per e-fold of load beyond the highest seen


@dataclass(frozen=True, slots=True, eq=False)
class LoadFit:
    """`log latency = weights . features(loads) + error` of the usual size `sigma`; `usual` is the median fit and
    `busiest` the 99.9 % quantile.
    `spread . features(loads)` is the error's size at those loads: it grows where queues do.

    Loads count as log(1 + load / `unit`), so that none at all is a number too. In these terms `highest` is the
    highest one seen of each kind and `middle` the median.
    """

    unit: Floats
    weights: Floats
    bends: Floats
    middle: Floats
    highest: Floats
    spread: Floats
    sigma: float
    usual: float
    busiest: float

    @classmethod
    def of(cls, x: Floats, loads: Floats, least: int) -> Self | None:
        """Of log latency `x` [time] and loads [load, time]; None with fewer than `least` whole samples."""
        whole = np.flatnonzero(np.isfinite(x) & (loads >= 0).all(axis=0))
        if whole.size < least:
            return None
        whole = whole[:: -(-whole.size // _MOST_ROWS)]
        x, loads = x[whole], loads[:, whole]
        unit = np.array([_unit(load) for load in loads])
        loads = _logarithm(loads, unit)
        bends = np.quantile(loads, _BENDS, axis=1) if len(loads) else np.empty((len(_BENDS), 0))
        middle, highest = _middle(loads), loads.max(axis=1)
        rows = _features(loads, bends, middle)
        weights = _huber(rows, x)
        error = x - weights @ rows
        sigma = MAD_TO_SIGMA * float(np.median(np.abs(error)))
        sigma = max(sigma, 0.1 * float(error.std()), _LEAST_SIGMA)
        size = _ABSOLUTE * np.minimum(np.abs(error), _FARTHEST * sigma)
        spread = _huber(rows, size) if len(loads) else np.array([sigma])
        usual, busiest = np.quantile(weights @ rows, (0.5, _BUSIEST)).tolist()
        return cls(unit, weights, bends, middle, highest, spread, sigma, usual, busiest)

    def expected(self, loads: Floats) -> Floats:
        """What the loads explain, in logarithms; NaN where one is not known."""
        return self._line(self.weights, loads)

    def error(self, loads: Floats) -> Floats:
        """The usual size of an error at these loads; more beyond the highest load that was seen."""
        new = _logarithm(loads, self.unit) - self.highest[:, None]
        here = np.clip(self._line(self.spread, loads), 0.5 * self.sigma, 5.0 * self.sigma)
        error: Floats = here * (1.0 + _UNKNOWN * np.maximum(new, 0.0).sum(axis=0))
        return error

    def _line(self, weights: Floats, loads: Floats) -> Floats:
        """Summed feature by feature, so that a sample's result does not depend on how many are asked for."""
        rows = _features(_logarithm(loads, self.unit), self.bends, self.middle)
        total: Floats = np.zeros(loads.shape[1])
        for weight, row in zip(weights, rows, strict=True):
            total += weight * row
        return total


def _middle(loads: Floats) -> Floats:
    return np.median(loads, axis=1) if len(loads) else np.empty(0)


def _unit(load: Floats) -> float:
    """The median load; 1 where there never was any."""
    return float(np.median(load[load > 0])) if (load > 0).any() else 1.0


def _logarithm(loads: Floats, unit: Floats) -> Floats:
    """NaN for a load that is not known or negative."""
    known = np.where(loads >= 0, loads, np.nan)
    return np.log1p(known / unit[:, None])


def _features(loads: Floats, bends: Floats, middle: Floats) -> Floats:
    """`[1, load..., load above each bend...]`, by time."""
    ones = np.ones((1, loads.shape[1]))
    above = [np.maximum(loads - bend[:, None], 0.0) for bend in bends]
    return np.concatenate((ones, loads - middle[:, None], *above))


def _huber(rows: Floats, x: Floats) -> Floats:
    """Huber's M-estimate by reweighting, a little ridge on all but the level; a level alone is the median."""
    if len(rows) == 1:
        return np.array([np.median(x)])
    ridge = _RIDGE * x.size * np.eye(len(rows))
    ridge[0, 0] = 0.0
    weight: Floats = np.ones(x.size)
    found: Floats = np.zeros(len(rows))
    for _ in range(_ROUNDS):
        weighted = rows * weight
        found = np.asarray(np.linalg.solve(weighted @ rows.T + ridge, weighted @ x), np.float64)
        error = np.abs(x - found @ rows)
        unit = max(MAD_TO_SIGMA * float(np.median(error)), 1e-9)
        weight = np.minimum(1.0, _HUBER * unit / np.maximum(error, 1e-300))
    return found
