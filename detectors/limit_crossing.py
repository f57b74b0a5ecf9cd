"""Where a line with an uncertain slope crosses a limit (Fieller, JRSS B 16, 1954)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.drift_slope import Trend

_HALF_WIDTH = 2.1
"""Standard errors to each side of 90 %: a normal's 1.64, widened as the errors come from 14 to 28 days only.

Measured (synthetic): 97 % of intervals hold the day where days are independent, 90 % at an autocorrelation of
0.5, 77 % at 0.8.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """Days from the last day of a trend until it crosses, negative for what lies behind; one row per series.

    `certain` is where the slope stands out at all, `growing` where it also leads to the limit or is past it.
    """

    days: Floats
    earliest: Floats
    latest: Floats
    slope: Floats
    certain: NDArray[np.bool_]
    growing: NDArray[np.bool_]


def crossing(line: Trend, limit: Floats, least: float) -> Crossing:
    """Of lines whose slope is more than `least` of its standard errors; `least` must be above 2.1.

    The interval holds the times at which the line, give or take its own error there, is at the limit.
    """
    slope, room = line.slope, limit - line.level
    certain = np.abs(slope) > least * line.slope_error
    growing = certain & (slope > 0) & np.isfinite(room)
    safe = np.where(growing, slope, 1.0)
    error = np.square(_HALF_WIDTH * np.where(growing, line.slope_error, 0.0))
    half = safe * room + error * line.reach
    square = np.square(safe) - error
    rest = np.square(room) - np.square(_HALF_WIDTH * line.level_error)
    root = np.sqrt(np.maximum(np.square(half) - square * rest, 0.0))
    early, late = (np.maximum(side / square, 0.0) for side in (half - root, half + root))
    return Crossing(np.maximum(room / safe, 0.0), early, late, slope, certain, growing)
