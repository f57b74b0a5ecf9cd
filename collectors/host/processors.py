"""Processor time by what it was spent on, and threads that want it."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from collectors.instruments import Instrument, Reading

_FIRST_SECONDS = 0.2
"""How long the first reading watches: use is a difference of two readings."""

_MODES = {"irq": "interrupt", "softirq": "interrupt"}
"""What OpenTelemetry's cpu.mode calls psutil's fields, where it differs."""

_WITHIN_OTHERS = {"guest", "guest_nice"}  # already counted in user and nice
_NOT_BUSY = {"idle", "iowait"}


def instruments() -> list[Instrument]:
    found = [
        Instrument(("system.cpu.utilization",), _Utilization().read),
        Instrument(("system.cpu.time",), _time),
        Instrument(("system.cpu.logical.count",), _count),
    ]
    if hasattr(os, "getloadavg"):
        found.append(Instrument(("system.cpu.load_average.1m",), _load))
    return found


@dataclass(slots=True)
class _Utilization:
    """The share of processor time since the reading before that was neither idle nor waiting for a disk."""

    before: tuple[float, float] | None = None

    def read(self) -> Iterable[Reading]:
        before = self.before or _earlier()
        busy, total = self.before = _busy_and_total()
        if total > before[1]:
            share = (busy - before[0]) / (total - before[1])
            yield "system.cpu.utilization", {}, min(1.0, max(0.0, share))


def _earlier() -> tuple[float, float]:
    taken = _busy_and_total()
    time.sleep(_FIRST_SECONDS)
    return taken


def _busy_and_total() -> tuple[float, float]:
    times = _seconds()
    total = sum(times.values())
    return total - sum(seconds for mode, seconds in times.items() if mode in _NOT_BUSY), total


def _seconds() -> dict[str, float]:
    return {k: v for k, v in psutil.cpu_times()._asdict().items() if k not in _WITHIN_OTHERS}


def _time() -> Iterable[Reading]:
    modes: dict[str, float] = {}
    for name, seconds in _seconds().items():
        mode = _MODES.get(name, name)
        modes[mode] = modes.get(mode, 0.0) + seconds
    return [("system.cpu.time", {"cpu.mode": mode}, seconds) for mode, seconds in modes.items()]


def _count() -> Iterable[Reading]:
    count = psutil.cpu_count()
    return [("system.cpu.logical.count", {}, float(count))] if count else []


def _load() -> Iterable[Reading]:
    return [("system.cpu.load_average.1m", {}, os.getloadavg()[0])]
