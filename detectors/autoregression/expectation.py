"""What is expected of the next values of many series, by the best model that has what it needs."""

import numpy as np
from numpy.typing import NDArray

from detectors.autoregression.layout import LAGS, YESTERDAY, Layout
from detectors.autoregression.states import Rows
from detectors.base import Floats

FARTHEST = 100.0  # a past value farther out than this many units counts as this far


def normalised(values: NDArray[np.floating], near: Rows) -> Floats:
    """In units around the centre of each series, float64."""
    z = (values - near["centre"][:, None]) / near["unit"][:, None]
    return np.asarray(np.clip(z, -FARTHEST, FARTHEST, out=z))


def expected(near: Rows, layout: Layout, begin: int, size: int) -> tuple[Floats, Floats]:
    """`[series, size]` from column `begin` of the segment on: value and scale; NaN where there is no saying.

    Sums are made model term by term, so that they do not depend on how much is asked for at once.
    """
    start = layout.columns + begin
    window = near["raw"][:, start - LAGS : start + size]
    z = normalised(window, near)
    recent = [z[:, LAGS - lag : LAGS - lag + size] for lag in range(1, LAGS + 1)]
    guess = np.empty((len(near), size))
    scale = np.empty_like(guess)
    if layout.daily:
        past = seasonal(near, begin, size)
        _sum(guess, scale, near, "seasonal", [*recent, *past])
        missing = np.isnan(guess)
        if not missing.any():
            return guess, scale
        rows = np.flatnonzero(missing.any(axis=1))
    else:
        missing, rows = np.ones(guess.shape, np.bool_), np.arange(len(near))
    _fill(guess, scale, missing, near, rows, recent)
    return guess, scale


def seasonal(near: Rows, begin: int, size: int) -> list[Floats]:
    """Yesterday before, at and after this time, and a week ago; each stands in where the other is missing."""
    day = normalised(near["yesterday"][:, begin : begin + size + YESTERDAY - 1], near)
    week = normalised(near["week"][:, begin : begin + size], near)
    parts = [day[:, offset : offset + size] for offset in range(YESTERDAY)]
    if np.isnan(day).any() or np.isnan(week).any():
        parts = [np.where(np.isnan(part), week, part) for part in parts]
        week = np.where(np.isnan(week), parts[1], week)
    return [*parts, week]


def _sum(guess: Floats, scale: Floats, near: Rows, model: str, terms: list[Floats]) -> None:
    weights = near[model]
    guess[:] = weights[:, -1:]
    product = np.empty_like(guess)
    for place, term in enumerate(terms):
        np.multiply(term, weights[:, place : place + 1], out=product)
        guess += product
    guess *= near["unit"][:, None]
    guess += near["centre"][:, None]
    scale[:] = near["error"][:, ("recent", "seasonal").index(model)][:, None]


def _fill(
    guess: Floats,
    scale: Floats,
    missing: NDArray[np.bool_],
    near: Rows,
    rows: NDArray[np.intp],
    recent: list[Floats],
) -> None:
    """Where the best model has nothing to say, the next ones: recent values, then the last one alone."""
    some, gaps = near[rows], missing[rows]
    terms = [term[rows] for term in recent]
    other, width = np.empty(gaps.shape), np.empty(gaps.shape)
    _sum(other, width, some, "recent", terms)
    centre, pull, error = (some["level"][:, part : part + 1] for part in range(3))
    last = terms[0] * some["unit"][:, None] + some["centre"][:, None]
    simplest = centre + pull * (last - centre)
    lacking = np.isnan(other)
    other, width = np.where(lacking, simplest, other), np.where(lacking, error, width)
    guess[rows] = np.where(gaps, other, guess[rows])
    scale[rows] = np.where(gaps, width, scale[rows])
