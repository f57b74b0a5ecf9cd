"""Where a series usually is and how far it usually moves; and the simplest model, of the last value alone."""

import numpy as np
from numpy.typing import NDArray

from detectors.autoregression.layout import Layout
from detectors.autoregression.states import Rows
from detectors.base import Floats
from detectors.ridge import MAD_TO_SIGMA

LEAST_SAMPLES = 12
_SAMPLED = 512
_FAR = 3.0
_BOUND = 3.0
_LEAST_RELATIVE = 1e-3


def settle(near: Rows, values: NDArray[np.floating]) -> None:
    """Centre, pull and scale of the simplest model from these values, the newest last; NaN for none."""
    x = values.astype(np.float64)
    order = np.sort(x, axis=1)
    count = np.isfinite(x).sum(axis=1)
    centre = _middle(order, count)
    unit = _spread(order, centre, count, x)
    z = np.clip((x - centre[:, None]) / unit[:, None], -_BOUND, _BOUND)
    both = np.where(np.isnan(z[:, 1:] + z[:, :-1]), 0.0, z[:, 1:] * z[:, :-1])
    pairs = np.maximum((both != 0).sum(axis=1), 1)
    square = np.where(np.isnan(z), 0.0, np.square(z)).sum(axis=1) / np.maximum(count, 1)
    pull = np.clip(both.sum(axis=1) / pairs / np.maximum(square, 1e-12), 0.0, 1.0)
    miss = np.abs(x[:, 1:] - centre[:, None] - pull[:, None] * (x[:, :-1] - centre[:, None]))
    missed = np.isfinite(miss).sum(axis=1)
    usual = MAD_TO_SIGMA * _middle(np.sort(miss, axis=1), missed)
    size = _middle(np.sort(np.abs(x), axis=1), count)
    wider = 1 + 2 * LEAST_SAMPLES / np.maximum(missed, 1)
    least = np.maximum(_LEAST_RELATIVE * size, 1e-12)
    squares = np.where(np.isnan(miss), 0.0, np.square(miss)).sum(axis=1)
    scale = np.maximum(np.maximum(usual * wider, np.sqrt(squares / np.maximum(missed, 1))), least)
    ready = missed >= LEAST_SAMPLES - 1
    fresh = np.stack([centre, pull, scale], axis=1)
    near["level"] = np.where(ready[:, None], fresh, near["level"])
    first = ready & np.isnan(near["unit"])
    for name, found in (("centre", centre), ("unit", unit), ("size", size)):
        near[name] = np.where(first, found, near[name])


def recentre(near: Rows, deep: Rows, layout: Layout) -> None:
    """Move centre and unit to where the series has been for a week, once that is somewhere else."""
    stride = max(1, layout.buckets // _SAMPLED)
    values = deep["past"][:, ::stride] if layout.daily else near["raw"]
    x = values.astype(np.float64)
    order, count = np.sort(x, axis=1), np.isfinite(x).sum(axis=1)
    centre = _middle(order, count)
    unit = _spread(order, centre, count, x)
    enough = count >= LEAST_SAMPLES
    size = _middle(np.sort(np.abs(x), axis=1), count)
    near["size"] = np.where(enough, size, near["size"])
    ratio = unit / near["unit"]
    far = np.abs(centre - near["centre"]) > _FAR * np.maximum(unit, near["unit"])
    move = enough & (far | (ratio > _FAR) | (ratio < 1 / _FAR))
    if move.any():
        _move(near, deep, np.flatnonzero(move), centre, unit)


def _move(near: Rows, deep: Rows, rows: NDArray[np.intp], centre: Floats, unit: Floats) -> None:
    """The same moments and weights for values reckoned from another centre in another unit."""
    ratio = near["unit"][rows] / unit[rows]
    shift = (near["centre"][rows] - centre[rows]) / unit[rows]
    for name in ("recent", "seasonal"):
        moments = deep[name][rows]
        size = moments.shape[1]
        turn = np.zeros((len(rows), size, size))
        turn[:, np.arange(size), np.arange(size)] = ratio[:, None]
        turn[:, :, -2] = shift[:, None]
        turn[:, -2, -2] = 1.0
        deep[name][rows] = turn @ moments @ turn.transpose(0, 2, 1)
        weights = near[name][rows]
        offset = weights[:, -1] * ratio + shift * (1 - weights[:, :-1].sum(axis=1))
        near[name][rows] = np.concatenate([weights[:, :-1], offset[:, None]], axis=1)
    near["centre"][rows], near["unit"][rows] = centre[rows], unit[rows]


def _middle(order: Floats, count: NDArray[np.int64]) -> Floats:
    """The lower median of sorted rows of which `count` are numbers; NaN for none."""
    return np.take_along_axis(order, np.maximum((count - 1) // 2, 0)[:, None], axis=1)[:, 0]


def _spread(order: Floats, centre: Floats, count: NDArray[np.int64], x: Floats) -> Floats:
    usual = MAD_TO_SIGMA * _middle(np.sort(np.abs(order - centre[:, None]), axis=1), count)
    away = np.where(np.isnan(x), 0.0, x - centre[:, None])
    deviation = np.sqrt(np.square(away).sum(axis=1) / np.maximum(count, 1))
    spread: Floats = np.maximum(np.maximum(usual, 0.1 * deviation), 1e-9)
    return spread
