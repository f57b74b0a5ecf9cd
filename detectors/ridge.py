"""Linear models of many series at once, fitted from sums of products so that past incidents do not bend them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

MAD_TO_SIGMA = 1.4826
"""For normal data, 1.4826 x the median absolute deviation estimates the standard deviation."""

_FAR_OUT = 3.0
"""Usual errors. Huber ("Robust estimation of a location parameter", 1964) gives 1.345 for 95 % efficiency."""

_LEAST_WEIGHT = 0.2  # else what comes every day is learned in weeks
_KEPT = 0.98  # of errors, by size, are in the sum of squares
_RIDGE = 1e-3
Terms = NDArray[np.floating[Any]]
"""`[series, term, point]`, the value last."""


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Of each series: how many errors there are, their median, and the sum of squares of the smallest 98 %."""

    count: NDArray[np.int64]
    median: Floats
    squares: Floats


def temper(rows: Terms, weights: Floats) -> Errors:
    """Scale down, in place, the points with errors that are far out (Huber's weights); those with a NaN to zero.

    What happens once can so not bend a model, and what happens every day is learned in the end.
    """
    error = np.abs(rows[:, -1] - (weights[:, None, :].astype(rows.dtype) @ rows[:, :-1])[:, 0])
    there = np.isfinite(error)
    if not there.all():
        rows.transpose(0, 2, 1)[~there] = 0
        error[~there] = np.inf
    order = np.sort(error, axis=1)
    count = there.sum(axis=1)
    median = np.where(count > 0, _at(order, (count - 1) // 2), 0.0)
    bound = np.maximum(_FAR_OUT * MAD_TO_SIGMA * median, 1e-6)[:, None]
    far = there & (error > bound)
    weight = np.maximum(np.broadcast_to(bound, far.shape)[far] / error[far], _LEAST_WEIGHT)
    rows.transpose(0, 2, 1)[far] *= np.sqrt(weight)[:, None]
    limit = _at(order, (_KEPT * (count - 1)).astype(np.int64))
    error[~there | (error > limit[:, None])] = 0
    return Errors(count, median.astype(np.float64), np.square(error).sum(axis=1, dtype=np.float64))


def first(rows: Terms, moments: Floats, rounds: int) -> tuple[Floats, Errors]:
    """Weights and errors where none are known; leaves `rows` tempered."""
    there = np.isfinite(rows.sum(axis=1))
    tempered = np.where(there[:, None, :], rows, 0)
    for _ in range(rounds):
        weights = solved(moments + products(tempered))
        tempered = rows.copy()
        errors = temper(tempered, weights)
    rows[:] = tempered
    return weights, errors


def products(rows: Terms) -> Floats:
    """Sums of products of all pairs of terms."""
    return np.asarray((rows @ rows.transpose(0, 2, 1)).astype(np.float64))


def solved(moments: Floats) -> Floats:
    """The weights that moments come to."""
    gram = moments[:, :-1, :-1]
    size = gram.shape[1]
    ridge = _RIDGE * np.trace(gram, axis1=1, axis2=2) / size + 1e-12
    lifted = gram + ridge[:, None, None] * np.eye(size)
    weights: Floats = np.linalg.solve(lifted, moments[:, :-1, -1:])[..., 0]
    return weights


def _at(order: Terms, place: NDArray[np.int64]) -> Terms:
    return np.take_along_axis(order, np.maximum(place, 0)[:, None], axis=1)[:, 0]
