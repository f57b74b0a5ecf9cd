"""Disks: what is read and written, how long that takes, what room is left."""

from collections.abc import Iterable
from typing import Any

import psutil

from collectors.instruments import Instrument, Reading

_NO_DISKS = ("loop", "ram", "zram", "dm-", "md", "sr", "fd")
"""Block devices that are no disks, or count what the disks below them count too."""

_MILLISECOND = 1e-3
_TRAFFIC = (
    ("system.disk.io", "bytes", 1.0),
    ("system.disk.operations", "count", 1.0),
    ("system.disk.operation_time", "time", _MILLISECOND),
)
_SPACE = ("system.filesystem.usage", "system.filesystem.limit", "system.filesystem.utilization")


def instruments() -> list[Instrument]:
    traffic = (*(signal for signal, _, _ in _TRAFFIC), "system.disk.io_time")
    return [Instrument(traffic, _traffic), Instrument(_SPACE, _space)]


def _traffic() -> Iterable[Reading]:
    counts = psutil.disk_io_counters(perdisk=True) or {}
    for device in disks(counts):
        for direction in ("read", "write"):
            labels = {"system.device": device, "disk.io.direction": direction}
            for signal, field, unit in _TRAFFIC:
                yield signal, labels, getattr(counts[device], f"{direction}_{field}") * unit
        busy = getattr(counts[device], "busy_time", None)
        if busy is not None:
            yield "system.disk.io_time", {"system.device": device}, busy * _MILLISECOND


def disks(devices: Iterable[str]) -> list[str]:
    """Whole disks, and partitions whose disk is not among `devices`."""
    names = {name for name in devices if not name.startswith(_NO_DISKS)}
    return sorted(name for name in names if not _disk_of(name) & names)


def _disk_of(name: str) -> set[str]:
    """sda1 is on sda, nvme0n1p1 on nvme0n1."""
    stem = name.rstrip("0123456789")
    return {stem, stem.removesuffix("p")} if stem != name else set()


def _space() -> Iterable[Reading]:
    for part in _filesystems():
        try:
            usage = psutil.disk_usage(part.mountpoint)
        except OSError:  # unmounted meanwhile, or not ours to look at
            continue
        labels = {
            "system.device": part.device,
            "system.filesystem.mountpoint": part.mountpoint,
        }
        yield "system.filesystem.usage", labels, float(usage.used)
        yield "system.filesystem.limit", labels, float(usage.total)
        fillable = usage.used + usage.free  # by an ordinary user, as df shows it
        if fillable:
            yield "system.filesystem.utilization", labels, usage.used / fillable


def _filesystems() -> Iterable[Any]:
    """Those on devices; one that is mounted several times is taken once."""
    return {part.device: part for part in reversed(psutil.disk_partitions(all=False))}.values()
