"""One stretch of a segment: values in, scores out; the sums in the state move on."""

from dataclasses import dataclass

import numpy as np

from detectors.autoregression.expectation import expected
from detectors.autoregression.layout import Layout
from detectors.autoregression.states import Rows
from detectors.base import HIGHEST, Floats
from detectors.volatility import Restlessness

ODD = 5.0
"""The score above which a value is not what another day is compared with, unless it comes every day."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """As in `Scores`: values, what was expected of them, and the usual error; `[series, columns]`."""

    values: Floats
    expected: Floats
    scale: Floats


def judge(near: Rows, layout: Layout, restlessness: Restlessness, begin: int, x: Floats) -> Judged:
    """Score columns `[begin, begin + x.shape[1])` of the segment that all rows are in."""
    size = x.shape[1]
    start = layout.columns + begin
    near["raw"][:, start : start + size] = x
    guess, scale = expected(near, layout, begin, size)
    miss = np.abs(x - guess)
    relative = miss / scale
    scale *= restlessness.factors(near, begin, relative)
    np.maximum(scale, miss / HIGHEST, out=scale)
    values = miss / scale
    with np.errstate(invalid="ignore"):
        near["odd"][:, begin : begin + size] = values > ODD
    near["until"] += size
    return Judged(values, guess, scale)
