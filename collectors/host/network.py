"""Network interfaces: bytes, packets, errors, drops."""

from collections.abc import Iterable

import psutil

from collectors.instruments import Instrument, Reading

_FIELDS = {
    "system.network.io": ("bytes_sent", "bytes_recv"),
    "system.network.packet.count": ("packets_sent", "packets_recv"),
    "system.network.errors": ("errout", "errin"),
    "system.network.packet.dropped": ("dropout", "dropin"),
}
"""psutil's fields for what was sent and what was received."""

_OF_ONE_POD = ("veth", "cali", "lxc", "eni", "tap", "ifb", "dummy")
"""Interfaces that come and go with containers: each would be a series that nobody looks at again."""


def instruments() -> list[Instrument]:
    return [Instrument(tuple(_FIELDS), _read)]


def _read() -> Iterable[Reading]:
    for interface, counts in psutil.net_io_counters(pernic=True).items():
        if interface.startswith(_OF_ONE_POD):
            continue
        for signal, (sent, received) in _FIELDS.items():
            for direction, field in (("transmit", sent), ("receive", received)):
                labels = {
                    "network.interface.name": interface,
                    "network.io.direction": direction,
                }
                yield signal, labels, float(getattr(counts, field))
