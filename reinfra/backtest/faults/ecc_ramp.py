"""Memory that wears out: correctable errors come oftener and oftener."""

import numpy as np

from reinfra.backtest.faults.counting import added
from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, MINUTE

_LAST_PER_MINUTE = 2.0


def _more(one: Stretch) -> Samples:
    """From none to two a minute, in a straight line."""
    minutes = np.diff(one.at, prepend=one.at[:1]) / MINUTE
    rate = one.size * _LAST_PER_MINUTE * one.ramp(one.until - one.since)
    return added(one, one.rng.poisson(rate * minutes).astype(np.float64))


ECC_RAMP = Fault(
    "ecc-ramp",
    "ECC errors come oftener and oftener, from none to 2 a minute",
    Place.DEVICE,
    (Move(_more, ("hw.gpu.ecc.errors", "aws.neuron.ecc.events")),),
    (2 * HOUR, 6 * HOUR),
)
