"""Answers that get worse by and by."""

import numpy as np

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR

_LOST = 0.3


def _fewer(one: Stretch) -> Samples:
    """Of the passes a growing share fails, drawn one by one; trials stay as they are."""
    kept = np.clip(1 - one.size * _LOST * one.ramp(one.until - one.since), 0, 1)
    passes = np.nan_to_num(np.clip(one.value, 0, None)).astype(np.int64)
    return one.at, np.where(one.during, one.rng.binomial(passes, kept), one.value)


def _lower(one: Stretch) -> Samples:
    return one.shifted(-one.size * _LOST * abs(one.level) * one.ramp(one.until - one.since))


QUALITY_DRIFT = Fault(
    "quality-drift",
    "a share of the passes that grows to 30 % fails, and mean scores fall by as much",
    Place.SERVICE,
    (
        Move(_fewer, ("reinfra.quality.successes",)),
        Move(_lower, ("reinfra.quality.score",), needed=False),
    ),
    (24 * HOUR, 48 * HOUR),
)
