"""An exporter that restarts: some minutes without samples, then every counter begins again."""

import numpy as np

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import MINUTE, Kind


def _silent(one: Stretch) -> Samples:
    return one.at[~one.during], one.value[~one.during]


def _anew(one: Stretch) -> Samples:
    """What was counted before is forgotten."""
    at, value = _silent(one)
    before = value[at < one.since]
    total = before[-1] if before.size else 0.0
    return at, np.where(at >= one.until, np.maximum(value - total, 0.0), value)


COUNTER_RESET = Fault(
    "counter-reset",
    "a host's exporter restarts: no sample for 5 to 8 minutes, then all counters begin at 0",
    Place.HOST,
    (
        Move(_anew, kinds=(Kind.COUNTER,)),
        Move(_silent, kinds=(Kind.GAUGE, Kind.PERIOD_COUNT, Kind.LATCHED), needed=False),
    ),
    (5 * MINUTE, 8 * MINUTE),
)
