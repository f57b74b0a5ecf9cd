"""What is remembered of a share: passes and failures, how far cells stray, and the running sum."""

import math
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from detectors.base import Floats

_PRIOR = 0.5
_LEAST_CELLS = 8


@dataclass(slots=True)
class ShareMemory:
    """Of one series. `first` is its first cell with trials, `cells` how many there were.

    `passed` and `failed` are what was judged, `waiting` trials what is not yet, of which `waiting_passed`; `total`
    is the sum of log-likelihood ratios, `strays` the sum of squared errors in units of their binomial
    variance, of `judged` cells.
    """

    first: float = math.nan
    cells: float = 0.0
    passed: float = 0.0
    failed: float = 0.0
    waiting: float = 0.0
    waiting_passed: float = 0.0
    total: float = 0.0
    strays: float = 0.0
    judged: float = 0.0

    @classmethod
    def of(cls, row: Floats) -> Self:
        return cls(*row.tolist())

    @property
    def row(self) -> Floats:
        return np.array([getattr(self, each.name) for each in fields(self)])

    @property
    def share(self) -> float:
        """The posterior mean, with Jeffreys' prior."""
        return (self.passed + _PRIOR) / (self.passed + self.failed + 2 * _PRIOR)

    @property
    def dispersion(self) -> float:
        """How much more than binomial the cells spread, 1 or more."""
        return max(1.0, self.strays / self.judged) if self.judged >= _LEAST_CELLS else 1.0

    def beta(self, trials: float) -> tuple[float, float]:
        """The Beta distribution of the share of `trials` to come: of the past, or as wide as cells stray."""
        weight = self.passed + self.failed + 2 * _PRIOR
        if self.dispersion > 1 and trials > 1:
            weight = min(weight, max((trials - 1) / (self.dispersion - 1) - 1, 1.0))
        return self.share * weight, (1 - self.share) * weight

    def learn(self, trials: float, passed: float, keep: float) -> None:
        """Trials that were judged; what was known before keeps the share `keep` of its weight."""
        variance = trials * self.share * (1 - self.share)
        self.strays = keep * self.strays + (passed - trials * self.share) ** 2 / variance
        self.judged = keep * self.judged + 1
        self.passed = keep * self.passed + passed
        self.failed = keep * self.failed + trials - passed
        self.waiting = self.waiting_passed = 0.0
