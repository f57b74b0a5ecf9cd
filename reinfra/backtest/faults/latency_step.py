"""A service that answers slower from one moment on, at the same load."""

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, Kind


def _slower(one: Stretch) -> Samples:
    return one.shifted(one.away(3, 0.5))


LATENCY_STEP = Fault(
    "latency-step",
    "latencies rise by 50 %, or 3 spreads if that is more, at an unchanged load",
    Place.SERVICE,
    (Move(_slower, family="latency", kinds=(Kind.GAUGE,)),),
    (HOUR, 6 * HOUR),
)
