"""Each device of a host beside the median of its siblings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.queries.devices import Family, device_of
from dashboard.queries.window import Window
from detectors.base import Floats
from reinfra.model import SeriesKey
from reinfra.store import SampleStore, Stored
from reinfra.store.charts import read_chart

_BUCKETS = 96
_MOST = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """One signal: `own[i]` is the mean of device i in the window, `siblings[i]` the median of the others'.

    NaN: no sample, or no sibling that had one.
    """

    key: SeriesKey
    own: Floats
    siblings: Floats


@dataclass(frozen=True, slots=True)
class Peers:
    host: str
    devices: tuple[str, ...]
    signals: tuple[Beside, ...]


def peers(
    store: SampleStore, fleet: Sequence[Stored], family: Family, host: str, window: Window
) -> Peers:
    """Signals of which a device has one series; those by direction or kind would not compare."""
    mine = [one for one in fleet if one.key.label("host.name") == host and device_of(one)]
    mine = [one for one in mine if one.key.metric in family.compared][:_MOST]
    devices = tuple(sorted({one.key.label("hw.id") for one in mine}, key=_natural))
    block = read_chart(store, mine, window.since, window.until, _BUCKETS)
    place = {device: row for row, device in enumerate(devices)}
    found: dict[str, Beside] = {}
    for row, stored in enumerate(mine):
        values = block.values[row][block.mask[row] & np.isfinite(block.values[row])]
        unknown = np.full(len(devices), np.nan)
        beside = found.setdefault(stored.key.metric, Beside(stored.key, unknown, unknown.copy()))
        if values.size:
            beside.own[place[stored.key.label("hw.id")]] = values.mean()
    for beside in found.values():
        beside.siblings[:] = others(beside.own)
    ordered = tuple(found[name] for name in family.compared if name in found)
    return Peers(host, devices, ordered)


def others(own: Floats) -> Floats:
    """For each device the median of the others."""
    medians = np.full(own.size, np.nan)
    for row in range(own.size):
        rest = np.delete(own, row)
        rest = rest[np.isfinite(rest)]
        if rest.size:
            medians[row] = np.median(rest)
    return medians


def _natural(name: str) -> tuple[str, int]:
    """neuroncore2 before neuroncore10."""
    head = name.rstrip("0123456789")
    tail = name[len(head) :][:9]
    return head, int(tail) if tail.isdecimal() else -1
