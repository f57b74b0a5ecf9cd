"""One series of a history, and the stretch of it that a fault is planted in."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reinfra.model import DAY, SeriesKey

Times = NDArray[np.int64]
Values = NDArray[np.float64]
Samples = tuple[Times, Values]

_TO_SIGMA = 1.4826  # of a normal distribution's median absolute deviation
_LEAST_SPREAD = 0.01  # of the level: what never moved has some spread to be measured in


@dataclass(frozen=True, eq=False)
class Stretch:
    """Samples of a series by time, those in [since, until) inside the fault. `size` scales what a fault does."""

    key: SeriesKey
    at: Times
    value: Values
    since: int
    until: int
    size: float
    rng: np.random.Generator

    @cached_property
    def during(self) -> NDArray[np.bool_]:
        return (self.at >= self.since) & (self.at < self.until)

    @cached_property
    def week(self) -> Values:
        """The numbers of the week before."""
        before = (self.at < self.since) & (self.at >= self.since - 7 * DAY)
        return self.value[before & np.isfinite(self.value)]

    @cached_property
    def level(self) -> float:
        """The median of the week before; NaN where there was nothing."""
        return float(np.median(self.week)) if self.week.size else float("nan")

    @cached_property
    def spread(self) -> float:
        """The series' own standard deviation, robust: 1.4826 times the week's median absolute deviation."""
        own = _TO_SIGMA * float(np.median(np.abs(self.week - self.level))) if self.week.size else 0
        return max(own, _LEAST_SPREAD * abs(self.level))

    @cached_property
    def interval(self) -> float:
        """The usual ms between two samples; 0 of fewer than two."""
        return float(np.median(np.diff(self.at))) if self.at.size > 1 else 0.0

    def away(self, spreads: float, share: float) -> float:
        """So many of its spreads, but no less than this share of its level."""
        return self.size * max(spreads * self.spread, share * abs(self.level))

    def ramp(self, over: int) -> Values:
        """0 before the fault, rising to 1 within `over` ms, 0 after it."""
        risen: Values = np.clip((self.at - self.since) / max(over, 1), 0.0, 1.0)
        return np.where(self.during, risen, 0.0)

    def shifted(self, by: ArrayLike) -> Samples:
        """The values moved by `by` inside the fault, never below 0 where they never were, shares never above 1."""
        moved = self.value + np.where(self.during, by, 0.0)
        known = self.value[np.isfinite(self.value)]
        low = 0.0 if known.size and known.min() >= 0 else -np.inf
        high = 1.0 if self.key.unit == "1" and known.size and 0 <= known.max() <= 1 else np.inf
        return self.at, np.clip(moved, low, high)
