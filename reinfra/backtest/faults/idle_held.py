"""A device that somebody holds and nobody uses: its memory is taken, and nothing runs."""

import numpy as np

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR

_RESTING = 5  # percent


def _idle(one: Stretch) -> Samples:
    """What is left at a size of 1 is a hundredth of it; memory in use stays as it was."""
    return one.shifted(-min(one.size, 1) * 0.99 * one.value)


def _resting(one: Stretch) -> Samples:
    """The power of its least busy times."""
    least = float(np.percentile(one.week, _RESTING)) if one.week.size else 0.0
    return one.shifted(min(one.size, 1) * (np.minimum(least, one.value) - one.value))


IDLE_HELD = Fault(
    "idle-held",
    "a device's utilization falls to a hundredth, power to that of its least busy times; memory stays taken",
    Place.DEVICE,
    (
        Move(
            _idle,
            (
                "hw.gpu.utilization",
                "hw.gpu.sm.utilization",
                "hw.gpu.tensor.utilization",
                "aws.neuron.core.utilization",
                "aws.*.cpu.utilization",
            ),
        ),
        Move(_resting, ("hw.power",), needed=False),
    ),
    (2 * HOUR, 8 * HOUR),
)
