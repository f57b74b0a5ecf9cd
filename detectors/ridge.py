"""A linear forecast from a series' own past values, fitted so that past incidents do not bend it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from detectors.base import Floats

MAD_TO_SIGMA = 1.4826
"""For normal data, 1.4826 x the median absolute deviation estimates the standard deviation."""

_FARTHEST = 100.0  # a past value farther out than this many units counts as this far
_KEPT = 0.98  # each refit drops the 2 % largest errors
_REFITS = 3
_RIDGE = 1e-3
_LEAST_RELATIVE = 1e-3  # a change of 0.1 % of a series' usual size is never big


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """`expected = centre + unit * (weights . past + offset)`; `error` is its usual miss, in the series' unit."""

    lags: tuple[int, ...]
    weights: Floats
    offset: float
    centre: float
    unit: float
    error: float

    @classmethod
    def fit(cls, x: Floats, lags: tuple[int, ...], least_rows: int) -> Self | None:
        """Fitted on all of `x`; a row with a NaN is left out. None with fewer than `least_rows` rows."""
        if x.size - max(lags) < least_rows:
            return None
        centre, unit = _centre_and_unit(x)
        rows = _rows(_normalised(x, centre, unit), lags)
        if rows.shape[1] < least_rows:
            return None
        weights, error = _trimmed_ridge(rows)
        least = _LEAST_RELATIVE * _usual_size(x)
        return cls(
            lags, weights[:-1], float(weights[-1]), centre, unit, max(unit * error, least, 1e-12)
        )

    def expected(self, x: Floats, since: int) -> Floats:
        """The values expected of `x[since:]`, each from the samples before it; NaN where one is missing.

        `since` must be at least the longest lag. Sums lag by lag, not by a matrix product, so that
        the result does not depend on how many points are asked for at once.
        """
        begin = since - max(self.lags)
        past = _normalised(x[begin:], self.centre, self.unit)
        size = x.size - since
        total = np.full(size, self.offset)
        for lag, weight in zip(self.lags, self.weights, strict=True):
            start = since - lag - begin
            total += weight * past[start : start + size]
        return self.centre + self.unit * total


def _centre_and_unit(x: Floats) -> tuple[float, float]:
    seen = x[np.isfinite(x)]
    centre = float(np.median(seen))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(seen - centre)))
    return centre, max(spread, 0.1 * float(seen.std()), 1e-9)


def _usual_size(x: Floats) -> float:
    return float(np.median(np.abs(x[np.isfinite(x)])))


def _normalised(x: Floats, centre: float, unit: float) -> Floats:
    return np.clip((x - centre) / unit, -_FARTHEST, _FARTHEST)


def _rows(z: Floats, lags: tuple[int, ...]) -> Floats:
    """`[lag..., 1, value]` for every point whose lags are all there, one point per column."""
    longest = max(lags)
    size = z.size - longest
    windows = sliding_window_view(z, size)
    rows = np.empty((len(lags) + 2, size))
    rows[: len(lags)] = windows[[longest - lag for lag in lags]]
    rows[-2] = 1.0
    rows[-1] = z[longest:]
    whole = np.isfinite(rows).all(axis=0)
    return rows if whole.all() else rows[:, whole]


def _trimmed_ridge(rows: Floats) -> tuple[Floats, float]:
    """Weights (offset last) and the usual size of an error, both blind to the largest 2 % of errors."""
    past, value = rows[:-1], rows[-1]
    moments = rows @ rows.T
    kept = moments
    error = np.empty(0)
    for _ in range(_REFITS):
        weights = _solve(kept)
        error = np.abs(value - weights @ past)
        limit = np.partition(error, int(_KEPT * (error.size - 1)))[int(_KEPT * (error.size - 1))]
        dropped = rows[:, error > limit]
        kept = moments - dropped @ dropped.T
    usual = MAD_TO_SIGMA * float(np.median(error))
    mean_square = float(np.mean(np.square(error[error <= limit])))
    return weights, max(usual, 0.1 * mean_square**0.5)


def _solve(moments: Floats) -> Floats:
    gram = moments[:-1, :-1]
    ridge = _RIDGE * np.trace(gram) / len(gram)
    return np.linalg.solve(gram + ridge * np.eye(len(gram)), moments[:-1, -1])
