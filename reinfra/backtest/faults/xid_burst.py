"""A driver that reports errors of a device again and again."""

import numpy as np

from reinfra.backtest.faults.counting import added
from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, MINUTE

_CODE = 48.0  # double-bit error: NVIDIA's catalogue calls it fatal
_PER_MINUTE = 0.5


def _latched(one: Stretch) -> Samples:
    """The last code stays until another replaces it; here the device is reset when the fault is over."""
    return one.at, np.where(one.during, _CODE, one.value)


def _events(one: Stretch) -> Samples:
    events = np.zeros(one.at.size)
    minutes = np.diff(one.at, prepend=one.at[:1]) / MINUTE
    events[one.during] = one.rng.poisson(one.size * _PER_MINUTE * minutes[one.during])
    events[np.flatnonzero(one.during)[:1]] += 1
    return added(one, events)


XID_BURST = Fault(
    "xid-burst",
    "XID 48 is the device's last code, its events come every 2 minutes, and the first at once",
    Place.DEVICE,
    (
        Move(_latched, ("hw.gpu.xid",), needed=False),
        Move(_events, ("hw.gpu.xid.count",), needed=False),
        Move(_events, ("hw.gpu.xid.events",), label=("nvidia.xid", "48"), needed=False),
    ),
    (10 * MINUTE, HOUR),
)
