"""A device that gives no samples for a while."""

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, MINUTE


def _silent(one: Stretch) -> Samples:
    return one.at[~one.during], one.value[~one.during]


GAP = Fault(
    "gap",
    "no series of a device gives a sample for 15 minutes to 2 hours",
    Place.DEVICE,
    (Move(_silent),),
    (15 * MINUTE, 2 * HOUR),
)
