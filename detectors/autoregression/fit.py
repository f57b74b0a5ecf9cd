"""What a segment that is over teaches: the models, and their usual errors."""

import numpy as np
from numpy.typing import NDArray

from detectors import ridge
from detectors.autoregression.expectation import normalised, seasonal
from detectors.autoregression.layout import LAGS, Layout
from detectors.autoregression.states import Rows
from detectors.base import Floats
from detectors.ridge import MAD_TO_SIGMA, Errors
from reinfra.model import DAY

_LEAST_ROWS = 60
_FIRST_ROUNDS = 3
_FEW = 30
_LEAST_RELATIVE = 1e-3  # a change of 0.1 % of a series' usual size is never big
_MODELS = "recent", "seasonal"


def learn(near: Rows, deep: Rows, layout: Layout, fade: float, *, solve: bool) -> None:
    """Add the segment to what the models are made from, in which what was there before fades.

    The model of recent values learns with the seasonal one, once a day; a model that is ready is solved anew
    where `solve` says so.
    """
    terms = _terms(near, layout)
    if not layout.daily:
        _model(near, deep, 0, terms, fade, layout, solve=solve)
        return
    recent = np.concatenate([terms[:, :LAGS], terms[:, -2:]], axis=1)
    young = np.isnan(near["seasonal"][:, 0])
    if solve or young.all():
        _model(near, deep, 0, recent, fade, layout, solve=solve)
    elif young.any():
        some, long = near[young], deep[young]
        _model(some, long, 0, recent[young], fade, layout, solve=solve)
        near[young], deep[young] = some, long
    _model(near, deep, 1, terms, fade, layout, solve=solve)


def _model(
    near: Rows,
    deep: Rows,
    model: int,
    rows: ridge.Terms,
    fade: float,
    layout: Layout,
    *,
    solve: bool,
) -> None:
    name = _MODELS[model]
    known = np.isfinite(near[name][:, 0])
    for which in (known, ~known):
        if not which.any():
            continue
        every = bool(which.all())
        some, long = (near, deep) if every else (near[which], deep[which])
        first = not known[which][0]
        _learn(
            some, long, model, rows if every else rows[which], fade, layout, solve=solve or first
        )
        if not every:
            near[which], deep[which] = some, long


def _learn(
    near: Rows,
    deep: Rows,
    model: int,
    rows: ridge.Terms,
    fade: float,
    layout: Layout,
    *,
    solve: bool,
) -> None:
    """All series know the model, or none does."""
    name = _MODELS[model]
    if np.isfinite(near[name][0, 0]):
        errors = ridge.temper(rows, near[name])
    else:
        _, errors = ridge.first(rows, fade * deep[name], _FIRST_ROUNDS)
    some = errors.count > 0
    keep = np.where(some, fade, 1.0)
    deep[name] = keep[:, None, None] * deep[name] + ridge.products(rows)
    deep["spread"][:, model] = keep[:, None] * deep["spread"][:, model] + _added(
        errors, np.nan_to_num(near["unit"])
    )
    seen = deep[name][:, -2, -2]
    least = _LEAST_ROWS if name == "recent" else max(_LEAST_ROWS, DAY // layout.step)
    ready = some & (seen >= least)
    if solve and ready.any():
        near[name] = np.where(ready[:, None], ridge.solved(deep[name]), near[name])
    error = _usual(deep["spread"][:, model], seen, near["size"], rows.shape[1] - 1)
    near["error"][:, model] = np.where(ready, error, near["error"][:, model])


def _added(errors: Errors, unit: Floats) -> Floats:
    return np.stack(
        [errors.count, errors.count * errors.median * unit, errors.squares * np.square(unit)],
        axis=1,
    )


def _usual(spread: Floats, seen: Floats, size: Floats, weights: int) -> Floats:
    """The usual error, wider the less has been seen; blind to the largest 2 %."""
    count = np.maximum(spread[:, 0], 1)
    usual = MAD_TO_SIGMA * spread[:, 1] / count
    share = 0.1 + _FEW / np.maximum(seen, 1)  # what is rare has hardly been seen yet
    robust = np.maximum(usual, share * np.sqrt(spread[:, 2] / count))
    wider = 1 + 2 * weights / np.maximum(seen, 1)
    return np.maximum(np.maximum(robust * wider, _LEAST_RELATIVE * size), 1e-12)


def _terms(near: Rows, layout: Layout) -> NDArray[np.float32]:
    """`[series, term, column]` of the segment: recent values, those of other days, one, and the value."""
    size = layout.columns
    z = normalised(near["raw"][:, size - LAGS :], near)
    past = seasonal(near, 0, size) if layout.daily else []
    terms = np.empty((len(near), LAGS + len(past) + 2, size), np.float32)
    for lag in range(1, LAGS + 1):
        terms[:, lag - 1] = z[:, LAGS - lag : LAGS - lag + size]
    for place, part in enumerate(past):
        terms[:, LAGS + place] = part
    terms[:, -2] = 1.0
    terms[:, -1] = z[:, LAGS:]
    return terms
