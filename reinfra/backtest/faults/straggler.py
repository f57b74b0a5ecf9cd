"""A device that is slower than its siblings."""

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR


def _slower(one: Stretch) -> Samples:
    return one.shifted(-one.away(2, 0.15))


STRAGGLER = Fault(
    "straggler",
    "one device's clock (or its operations a second) and its power fall by 15 %, or 2 spreads if that is more",
    Place.DEVICE,
    (
        Move(_slower, ("hw.gpu.clock.sm", "hw.gpu.clock.graphics", "aws.neuron.core.flops")),
        Move(_slower, ("hw.power", "aws.neuron.device.power.utilization"), needed=False),
    ),
    (HOUR, 6 * HOUR),
)
