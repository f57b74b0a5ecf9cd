"""A device that is too hot and slows down."""

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, MINUTE

_DEGREES = 15.0
_WARMS = 10 * MINUTE


def _hotter(one: Stretch) -> Samples:
    return one.shifted(max(one.size * _DEGREES, one.away(2, 0)) * one.ramp(_WARMS))


def _slower(one: Stretch) -> Samples:
    return one.shifted(-one.away(2, 0.25) * (one.ramp(_WARMS) >= 1))


THROTTLE = Fault(
    "throttle",
    "temperature rises by 15 degrees (or 2 spreads) within 10 minutes, then clocks fall by 25 % (or 2 spreads)",
    Place.DEVICE,
    (
        Move(_hotter, ("hw.temperature", "hw.gpu.memory.temperature")),
        Move(_slower, ("hw.gpu.clock.sm", "hw.gpu.clock.graphics"), needed=False),
    ),
    (HOUR, 4 * HOUR),
)
