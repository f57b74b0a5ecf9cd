"""One day's thresholds for a fleet of like series, from the days before it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.base import Floats
from detectors.calibration.clock import Blocks
from detectors.calibration.maxima import Maxima
from detectors.calibration.replay import multiple
from detectors.tail import Tails

REFERENCE = 0.25
"""The rate per week at which a series' own tail is read: its unit. Other rates are multiples of it."""

_OWN = 0.7  # of its unit's logarithm; the rest is the fleet's
_COLD = 1.5  # a series that is new gets so many times the fleet's level
_LEAST_KNOWN = 3  # series, for a new one to be measured by
_STEADY = 5  # so many shapes make a median; exponential tails, whose shape is 0, stand in for missing ones


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """`units[series]`, NaN for one with too little history; `cold` is the unit of those, NaN in a small fleet.

    A threshold is `factor` units. `weeks` of series went into the factor.
    """

    units: Floats
    cold: float
    factor: float
    weeks: float

    @classmethod
    def of(cls, past: Maxima, units: Floats, blocks: Blocks, quiet: int, per_week: float) -> Self:
        """From the maxima of the days before and the units `[series, day]` that were in force on each."""
        peaks = past.peaks(blocks.width, quiet)
        tails = Tails.of(peaks)
        own = tails.level(REFERENCE / blocks.per_week, _shape(tails.shape))
        own[tails.seen < blocks.least] = np.nan
        known = own[own > 0]  # a line that never moved says nothing of the others
        usual = float(np.median(known)) if known.size else float("nan")
        daily = np.repeat(np.where(units > 0, units, np.nan), blocks.per_day, axis=1)
        ratios = peaks / daily
        there = np.isfinite(ratios)
        weeks = float(there.sum()) / blocks.per_week
        ratios = ratios[there & (peaks <= tails.usual[:, None])]
        return cls(
            np.power(own, _OWN) * np.power(usual if known.size else 1.0, 1 - _OWN),
            _COLD * usual if known.size >= _LEAST_KNOWN else float("nan"),
            multiple(ratios, weeks, per_week),
            weeks,
        )


def _shape(shapes: Floats) -> float:
    known = shapes[np.isfinite(shapes)]
    return float(np.median(np.concatenate((known, np.zeros(max(0, _STEADY - known.size))))))
