"""A number that always comes with an interval, or with the reason why it has none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.float64]
"""One statistic as measured (entry 0) and as it came out of each resample (the rest)."""

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where there is no number; `reason` then says why. `low` and `high` come together."""

    value: float | None
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has two ends")
        if self.low is None and not self.reason:
            raise ValueError("a figure needs an interval or the reason why there is none")
        if self.value is None and self.low is not None:
            raise ValueError("an interval needs a value")

    @property
    def sign(self) -> int:
        """+1 or -1 when the interval is clear of zero, else 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)


def unknown(reason: str) -> Figure:
    return Figure(None, reason=reason)


def figure_of(draws: Draws, level: float = LEVEL) -> Figure:
    """The measured value between the percentiles of its resamples."""
    value = float(draws[0])
    if not np.isfinite(value):
        return unknown("it has no finite value here")
    lost = float(np.mean(~np.isfinite(draws[1:])))
    if lost:
        return Figure(value, reason=f"it has no finite value in {lost:.0%} of the resamples")
    if np.ptp(draws) == 0:
        return Figure(value, reason="it is the same in every resample, which says nothing")
    low, high = np.quantile(draws[1:], [(1 - level) / 2, (1 + level) / 2])
    return Figure(value, float(low), float(high), level)


def relative(log_ratio: Draws, level: float = LEVEL) -> Figure:
    """A relative difference, -0.28 for 28 % less, from a log ratio."""
    return figure_of(np.expm1(log_ratio), level)
