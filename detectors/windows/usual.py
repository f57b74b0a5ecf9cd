"""How strange is usual."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.base import Floats

STIFFNESS = 0.05
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Usual:
    """Of strangeness in the history: a rise above it is counted in `spread`, not less than a part of the worst."""

    mean: float
    spread: float
    worst: float

    @classmethod
    def of(cls, values: Floats) -> Self:
        known = values[np.isfinite(values)]
        if not known.size:
            return cls(0.0, 1.0, 0.0)
        mean = float(known.mean())
        return cls(mean, float(known.std()), float(np.abs(known - mean).max()))

    def rise(self, values: Floats, stiffness: float = 0.0) -> Floats:
        unit = self.spread + stiffness * self.worst + _ROUNDING
        risen = (values - self.mean) / unit
        return np.fmax(risen, 0)  # of NaN and 0 it takes 0
