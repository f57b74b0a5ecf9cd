"""Memory that is taken and not given back."""

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, Kind


def _grows(one: Stretch) -> Samples:
    return one.shifted(one.away(6, 0.5) * one.ramp(one.until - one.since))


LEAK = Fault(
    "leak",
    "memory in use grows in a straight line by 50 % of its level (or 6 spreads), then falls back: a restart",
    Place.HOST,
    (
        Move(
            _grows,
            (
                "system.memory.usage",
                "system.memory.utilization",
                "aws.neuron.host.memory.usage",
                "*.memory.utilization",
            ),
            kinds=(Kind.GAUGE,),
        ),
    ),
    (12 * HOUR, 24 * HOUR),
)
