"""The slope of daily levels, and how sure it is, where neighbouring days resemble each other.

Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968). The error is that of a
straight line through independent days, times what a first-order autocorrelation of the residuals adds to it.
"""

from dataclasses import dataclass

import numpy as np

from detectors.base import Floats
from detectors.medians import median
from detectors.ridge import MAD_TO_SIGMA

_MOST_ALIKE = 0.95
_EXPECTED_ALIKE, _EXPECTED_DAYS = 0.5, 20  # a guess worth 20 days
_FARTHEST = 2.5
_LEAST_RELATIVE = 1e-3  # days that differ by less than 0.1 % of the level are alike
_EFFICIENCY = 0.95  # of Theil-Sen beside least squares, for normal residuals


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """Lines `level + slope * (day - last day)`, one per series; NaN with too few days.

    `slope` is per day and has the standard error `slope_error`; `level` is the line's value on the last day and
    has the error `level_error`. `reach` is the days from the middle of those there are to the last one.
    """

    slope: Floats
    level: Floats
    slope_error: Floats
    level_error: Floats
    reach: Floats


def trend(days: Floats, least: int) -> Trend:
    """Of `days[series, day]`, NaN where a day is missing; `least` days must be there."""
    size = days.shape[1]
    day = np.arange(size, dtype=float)
    there = np.isfinite(days)
    count = there.sum(axis=1)
    enough = count >= least
    early, late = np.triu_indices(size, 1)
    slope = median((days[:, late] - days[:, early]) / (day[late] - day[early]))
    flat = days - slope[:, None] * (day - day[-1])
    level = median(flat)
    rest = flat - level[:, None]
    noise = np.maximum(_noise(rest, count), _LEAST_RELATIVE * np.abs(level))
    noise = np.maximum(noise, 1e-12) * np.sqrt(_inflation(rest, count))
    middle = np.where(there, day, 0.0).sum(axis=1) / np.maximum(count, 1)
    spread = np.where(there, np.square(day - middle[:, None]), 0.0).sum(axis=1)
    slope_error = noise / np.sqrt(np.maximum(spread, 1.0) * _EFFICIENCY)
    reach = day[-1] - middle
    level_error = np.hypot(noise / np.sqrt(np.maximum(count, 1)), slope_error * reach)
    found = (slope, level, slope_error, level_error, reach)
    return Trend(*(np.where(enough, each, np.nan) for each in found))


def _noise(rest: Floats, count: Floats) -> Floats:
    """The usual residual; wild days count as `_FARTHEST` deviations, and a line takes two degrees of freedom."""
    squares = np.nansum(np.square(_bounded(rest)), axis=1)
    all_squares = np.nansum(np.square(rest), axis=1)
    free = np.maximum(count - 2, 1)
    usual: Floats = np.sqrt(np.maximum(squares, all_squares / 4) / free)
    return usual


def _inflation(rest: Floats, count: Floats) -> Floats:
    """(1 + r) / (1 - r) of the residuals' lag-1 autocorrelation r.

    Its small-sample bias is taken back, and it is drawn towards `_EXPECTED_ALIKE`: from few days it is anything.
    """
    bounded = _bounded(rest)
    both = np.nansum(bounded[:, 1:] * bounded[:, :-1], axis=1)
    alike = both / np.maximum(np.nansum(np.square(bounded), axis=1), 1e-300)
    alike = alike + (2 + 4 * np.clip(alike, 0, 1)) / np.maximum(count, 1)
    alike = (count * alike + _EXPECTED_DAYS * _EXPECTED_ALIKE) / (count + _EXPECTED_DAYS)
    alike = np.clip(alike, 0.0, _MOST_ALIKE)
    inflated: Floats = (1 + alike) / (1 - alike)
    return inflated


def _bounded(rest: Floats) -> Floats:
    far = _FARTHEST * MAD_TO_SIGMA * median(np.abs(rest))[:, None]
    return np.clip(rest, -far, far)
