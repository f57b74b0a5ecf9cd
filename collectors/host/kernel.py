"""What Linux says of itself: stalls (PSI), open files, how long it has been up."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import psutil

from collectors.instruments import Instrument, Reading

PROC = Path("/proc")

_MICROSECOND = 1e-6
_RESOURCES = ("cpu", "memory", "io")
_STALLED = "system.linux.pressure.stall_time"
_FILES = ("system.linux.file_descriptor.usage", "system.linux.file_descriptor.limit")


def instruments(proc: Path = PROC) -> list[Instrument]:
    found = [Instrument(("system.uptime",), _uptime)]
    found += _if_there(proc / "pressure" / "memory", (_STALLED,), partial(_pressure, proc))
    found += _if_there(proc / "sys" / "fs" / "file-nr", _FILES, partial(_files, proc))
    return found


def _if_there(
    path: Path, signals: tuple[str, ...], read: Callable[[], Iterable[Reading]]
) -> list[Instrument]:
    """PSI needs Linux 4.20 with psi on; opening it can be refused though it is listed."""
    try:
        path.read_text()
    except OSError:
        return []
    return [Instrument(signals, read)]


def _pressure(proc: Path) -> Iterable[Reading]:
    """Time that some, or all, runnable threads lost waiting (Documentation/accounting/psi.rst)."""
    for resource in _RESOURCES:
        for line in _lines(proc / "pressure" / resource):
            share, _, figures = line.partition(" ")
            _, _, total = figures.partition("total=")
            if total.isdecimal():
                labels = {"system.linux.resource": resource, "system.linux.pressure.share": share}
                yield _STALLED, labels, int(total) * _MICROSECOND


def _files(proc: Path) -> Iterable[Reading]:
    """Allocated, free (always 0) and the most (Documentation/admin-guide/sysctl/fs.rst)."""
    for line in _lines(proc / "sys" / "fs" / "file-nr")[:1]:
        allocated, _, most = map(float, line.split())
        yield _FILES[0], {}, allocated
        yield _FILES[1], {}, most


def _uptime() -> Iterable[Reading]:
    return [("system.uptime", {}, time.time() - psutil.boot_time())]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
