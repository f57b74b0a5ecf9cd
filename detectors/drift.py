"""Slow leaks and drift: whether the days of the last weeks lie on a line that rises or falls."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores, readable
from detectors.drift_slope import Trend, trend
from detectors.medians import Medians
from reinfra.model import DAY, SeriesBlock
from reinfra.signals import wording

_HOLE = 0.8  # of the days between the first and the last must be there


@dataclass(frozen=True, slots=True)
class Drift:
    """The slope of daily medians in units of its own standard error; Theil-Sen over the last `window` days.

    Every sample of a day has the score of the days before it, so one drift is one anomaly. `expected` is what
    the sample would be without what the line rose by since its first day. Nothing is scored before `least_days`
    whole days. Above `limit` at most 1 % of series without a trend ever come within eight weeks while
    the autocorrelation of their days is up to 0.5, and 8 % at 0.7 (measured, synthetic); days that wander like
    a random walk do drift, and are called so.
    """

    window: int = 28
    least_days: int = 14
    name: str = field(default="drift", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=5.0, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        days = Medians.take(block, DAY)
        score, rise = np.full((2, *days.values.shape), np.nan)
        for last in range(self.least_days - 1, days.values.shape[1]):
            found = self.trend(days, last)
            score[:, last] = np.abs(found.slope) / found.slope_error
            rise[:, last] = found.slope * self._span(days, last)
        return counterfactual(block, days.spread(score), days.spread(rise))

    def trend(self, days: Medians, last: int) -> Trend:
        """The lines through the days up to the stretch `last`, each from its series' first day in the window."""
        part = days.values[:, max(0, last + 1 - self.window) : last + 1]
        found = trend(part, self.least_days)
        there = np.isfinite(part)
        age = part.shape[1] - np.argmax(there, axis=1)
        recent = there[:, -1] & (there.sum(axis=1) >= _HOLE * age)
        known = (np.where(recent, getattr(found, each), np.nan) for each in Trend.__slots__)
        return Trend(*known)

    def _span(self, days: Medians, last: int) -> NDArray[np.intp]:
        """Days that each line covers."""
        part = np.isfinite(days.values[:, max(0, last + 1 - self.window) : last + 1])
        span: NDArray[np.intp] = part.shape[1] - 1 - np.argmax(part, axis=1)
        return span

    def explain(self, block: SeriesBlock, row: int, column: int) -> str:
        """One sentence on a sample's score."""
        days = Medians.take(block.select(np.array([row])), DAY)
        last = int(days.of[column]) - 1
        found, key = self.trend(days, last), block.keys[row]
        slope, error = float(found.slope[0]), float(found.slope_error[0])
        way = "rises" if slope > 0 else "falls"
        rate = wording.amount(key, abs(slope))
        give = wording.amount(key, 2 * error)
        span = int(self._span(days, last)[0]) + 1
        name = wording.signal_name(key)
        return f"{name} {way} by {rate} a day (give or take {give}) over the last {span} days"


def counterfactual(block: SeriesBlock, score: Floats, moved: Floats) -> Scores:
    """Scores whose expected value is the sample less what it has `moved` by, both `[series, time]`.

    Where nothing moved, the score is 0 and the scale the least there is.
    """
    x = readable(block)
    values = np.where(np.isfinite(x), score, np.nan)
    expected = np.where(np.isfinite(values), x - moved, np.nan)
    away = np.abs(x - expected)
    scale = np.where(away > 0, away / np.maximum(values, 1e-9), 1e-12)
    values = np.where(away > 0, away / scale, values * 0.0)
    return Scores(values, expected, np.where(np.isfinite(values), scale, np.nan))
