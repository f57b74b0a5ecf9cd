"""Shares and rates with their 95 % intervals, as the reports and the record have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `trials` with Wilson's score interval (JASA 1927), as if trials were independent.

    Without a trial the share is NaN, and may be anything from 0 to 1.
    """

    hits: int
    trials: int
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, hits: int, trials: int) -> Self:
        from judge.statistics import wilson

        if not trials:
            return cls(0, 0, float("nan"), 0.0, 1.0)
        found = wilson(hits, trials)
        return cls(hits, trials, found.value, found.low, found.high)

    def __str__(self) -> str:
        if not self.trials:
            return "unknown"
        return f"{self.value:.0%} [{self.low:.0%}, {self.high:.0%}] of {self.trials}"


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` events in `exposure` (such as series-weeks), and their rate.

    The interval is exact for a Poisson count (Garwood, Biometrika 1936); what comes in bursts spreads further.
    """

    count: int
    exposure: float
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, exposure: float) -> Self:
        from scipy.special import gammaincinv  # half a chi-squared quantile, without scipy.stats

        if exposure <= 0:
            return cls(count, 0.0, float("nan"), 0.0, float("inf"))
        low = float(gammaincinv(count, _TAIL)) if count else 0.0
        high = float(gammaincinv(count + 1, 1 - _TAIL))
        return cls(count, exposure, count / exposure, low / exposure, high / exposure)

    def __str__(self) -> str:
        return f"{self.value:.3g} [{self.low:.2g}, {self.high:.2g}]"


def median(values: Sequence[float]) -> float:
    """NaN of nothing."""
    return float(np.median(values)) if values else float("nan")
