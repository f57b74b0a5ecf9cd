"""A series taken apart into trend, daily season and what is left, by STL.

Cleveland, Cleveland, McRae and Terpenning, "STL: a seasonal-trend decomposition procedure based on
loess", Journal of Official Statistics 1990; the robust variant of statsmodels.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from detectors.base import HIGHEST, Floats, Scores, readable
from detectors.ridge import MAD_TO_SIGMA
from reinfra.model import DAY, SeriesBlock

_MOST_MISSING = 0.2
_LEAST_PERIODS = (
    7  # of pure noise, 36 % passes 5 times the usual error with 3 periods, 4 % with 5, 1.6 % with 7
)
_LEAST_RELATIVE = 1e-3  # an error of 0.1 % of a series' usual size is never big
_JUMP = 0.1  # the loess is computed at every tenth of its span and joined by lines: 10 times faster


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """`x == trend + seasonal + residual`, in the series' unit; NaN where `x` has no value."""

    trend: Floats
    seasonal: Floats
    residual: Floats

    @classmethod
    def of(cls, x: Floats, period: int) -> Self | None:
        """None with less than seven periods between first and last value, or a fifth of it missing.

        STL needs every point, so a straight line stands in for what is missing while it is fitted;
        what it says at those points is thrown away.
        """
        seen = np.flatnonzero(np.isfinite(x))
        if period <= 1 or seen.size == 0:
            return None
        first, size = seen[0], seen[-1] + 1 - seen[0]
        if size < _LEAST_PERIODS * period or seen.size < (1 - _MOST_MISSING) * size:
            return None
        whole = np.interp(np.arange(first, first + size), seen, x[seen])
        parts = np.full((3, x.size), np.nan)
        parts[:, seen] = _stl(whole, period)[:, seen - first]
        return cls(*parts)


def _stl(x: Floats, period: int) -> Floats:
    """`[trend, seasonal, residual]` by time."""
    from statsmodels.tsa.seasonal import STL

    jumps = {
        f"{part}_jump": max(1, round(_JUMP * span))
        for part, span in (("trend", 1.5 * period), ("low_pass", period), ("seasonal", 7))
    }
    parts = STL(x, period=period, robust=True, **jumps).fit()
    return np.stack([parts.trend, parts.seasonal, parts.resid])


@dataclass(frozen=True, slots=True)
class Seasonal:
    """The residual of the decomposition in units of its usual size. Not causal: it sees the whole block."""

    period: int = DAY
    name: str = field(default="stl", init=False)
    causal: bool = field(default=False, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        scores = Scores.unscored(block.values.shape)
        for row, x in enumerate(readable(block)):
            parts = Decomposition.of(x, round(self.period / block.step))
            if parts is None:
                continue
            miss = np.abs(parts.residual)
            least = _LEAST_RELATIVE * float(np.nanmedian(np.abs(x)))
            scale = max(MAD_TO_SIGMA * float(np.nanmedian(miss)), least, 1e-12)
            scores.expected[row] = parts.trend + parts.seasonal
            scores.scale[row] = np.maximum(scale, miss / HIGHEST)
            scores.values[row] = miss / scores.scale[row]
        return scores
