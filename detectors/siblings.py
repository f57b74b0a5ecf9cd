"""Series that do the same work side by side: GPUs of a host, ranks of a job, replicas of a service."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from reinfra.model import SeriesKey

_HOST = ("host.name", "host.id", "k8s.node.name", "cloud.availability_zone")
_POD = ("k8s.pod.name", "k8s.pod.uid", "service.instance.id")
_DEVICE = ("hw.id", "hw.name", "hw.parent", "hw.serial_number", "pci.bus_id")
_RANK = ("rank", "local_rank", "process.rank", "process.pid")

_APART: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rank", (*_RANK, *_DEVICE, *_POD, *_HOST)),
    ("hw.id", _DEVICE),
    ("service.instance.id", (*_POD, *_HOST)),
    ("k8s.pod.name", (*_POD, *_HOST)),
)
"""The label that tells siblings apart, and those that may differ with it; the first that a series has counts."""

Group = tuple[str, tuple[tuple[str, str], ...]]


def group(key: SeriesKey) -> Group | None:
    """What all siblings of a series have in common: the metric and the other labels. None: it has none.

    Hosts of a service are siblings too, where a series names both and nothing finer.
    """
    names = {name for name, _ in key.labels}
    apart = next((others for label, others in _APART if label in names), ())
    if not apart and "service.name" in names and names & set(_HOST):
        apart = _HOST
    if not apart:
        return None
    return key.metric, tuple(pair for pair in key.labels if pair[0] not in apart)


def groups(keys: Iterable[SeriesKey], least: int) -> list[NDArray[np.intp]]:
    """The rows of every group of at least `least` siblings, in the order of their first rows."""
    rows: dict[Group, list[int]] = {}
    for row, key in enumerate(keys):
        found = group(key)
        if found is not None:
            rows.setdefault(found, []).append(row)
    return [np.array(members, np.intp) for members in rows.values() if len(members) >= least]
