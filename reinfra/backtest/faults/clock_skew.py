"""A host whose clock runs ahead for a while, so that its samples carry later times."""

import numpy as np

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, MINUTE

_AHEAD, _INTERVALS = 10 * MINUTE, 10


def _ahead(one: Stretch) -> Samples:
    """Times inside the fault are later; of two samples of one instant the later written stays."""
    by = round(one.size * max(_AHEAD, _INTERVALS * one.interval))
    at = np.where(one.during, one.at + by, one.at)
    written = np.arange(at.size)
    order = np.lexsort((written, at))
    last = np.append(np.diff(at[order]) > 0, np.ones(1, np.bool_))
    kept = order[last]
    inside = at[kept] <= max(one.at[-1], one.until)
    return at[kept][inside], one.value[kept][inside]


CLOCK_SKEW = Fault(
    "clock-skew",
    "a host's clock runs 10 minutes ahead, or 10 intervals of its samples if that is more",
    Place.HOST,
    (Move(_ahead),),
    (HOUR, 4 * HOUR),
)
