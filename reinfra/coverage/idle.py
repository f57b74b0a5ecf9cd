"""Devices that report and have no work."""

from collections.abc import Iterable

import numpy as np

from reinfra.coverage.subjects import is_device, subject_of
from reinfra.model import HOUR, MINUTE, Subject
from reinfra.signals import find
from reinfra.store import Rule, SampleStore, Stored

BUSY = 0.01
"""A device whose utilization is above this has work."""

_BACK = 6 * HOUR
_RECENT = 15 * MINUTE
_STEP = 5 * MINUTE


def idle(store: SampleStore, series: Iterable[Stored], now: int) -> dict[Subject, int]:
    """Devices without work in the last quarter of an hour, and since when, looking back six hours at most.

    A device of which no utilization is known is not said to be idle.
    """
    wanted = [one for one in series if one.last_at > now - _RECENT and _tells(one)]
    if not wanted:
        return {}
    until = now // _STEP * _STEP + _STEP
    block = store.read(wanted, until - _BACK, until, _STEP, Rule.MAX)
    subjects: dict[Subject, list[int]] = {}
    for row, one in enumerate(wanted):
        subjects.setdefault(subject_of(one.key.labels, one.source), []).append(row)
    found = {}
    for subject, rows in subjects.items():
        values = block.values[rows]
        known = np.flatnonzero(np.isfinite(values).any(axis=0))
        busy = np.flatnonzero((values > BUSY).any(axis=0))
        begin = int(block.at[busy[-1]]) + _STEP if busy.size else None
        if known.size and begin is None:
            begin = int(block.at[known[0]])
        if known.size and begin is not None and begin <= now - _RECENT:
            found[subject] = begin
    return found


def _tells(stored: Stored) -> bool:
    """Whether a series is the utilization of an accelerator."""
    signal = find(stored.key.metric)
    if signal is None or signal.family != "utilization" or signal.unit != "1":
        return False
    return "any" not in signal.hardware and is_device(subject_of(stored.key.labels, stored.source))
