"""GPUs and Neuron cores: who was there, who had work, and how much of that did something."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.window import Window
from detectors.base import Floats
from reinfra.model import HOUR
from reinfra.store import Rule, SampleStore, Stored
from reinfra.store.charts import read_chart

MOST_SERIES = 6_000
"""Series of one signal that are read at about most, shared fairly by its devices (one each at least)."""
IDLE_BELOW = 0.05
"""A device whose busy share is below this in an hour did nothing in it."""
_BUCKETS = 168

Device = tuple[str, str]
"""`host.name` and `hw.id`."""


@dataclass(frozen=True, slots=True)
class Family:
    """Which signals tell what of a kind of device. "" where no source tells it; then `why_not` says why.

    `held` is above zero while a process holds the device.
    """

    name: str
    busy: str
    effective: str
    held: tuple[str, ...]
    throttled: tuple[str, ...]
    faults: tuple[str, ...]
    compared: tuple[str, ...]
    why_not: str = ""


GPU = Family(
    "GPU",
    busy="hw.gpu.utilization",
    effective="hw.gpu.tensor.utilization",
    held=("hw.gpu.process.count", "hw.gpu.process.memory.usage"),
    throttled=("hw.gpu.clock.reduced.time",),
    faults=(
        "hw.gpu.ecc.errors",
        "hw.gpu.row_remaps",
        "hw.gpu.xid.events",
        "hw.gpu.xid.count",
        "hw.gpu.xid",
    ),
    compared=(
        "hw.gpu.utilization",
        "hw.gpu.memory.usage",
        "hw.power",
        "hw.temperature",
        "hw.gpu.clock.sm",
    ),
)
NEURON = Family(
    "Neuron",
    busy="aws.neuron.core.utilization",
    effective="",
    held=("aws.neuron.core.memory.usage",),
    throttled=(),
    faults=("aws.neuron.ecc.events", "aws.neuron.execution.errors", "aws.neuron.hardware.errors"),
    compared=("aws.neuron.core.utilization", "aws.neuron.core.flops"),
    why_not="Neuron tools report no tensor-engine share that could be compared with a published peak",
)
FAMILIES = (GPU, NEURON)


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """By device and hour (or longer): rows are `devices`. NaN where it is unknown.

    `there` is whether any of the family's signals had a sample, `held` 1 where a process held the device, `busy`
    and `effective` are shares of the time.
    """

    family: Family
    devices: tuple[Device, ...]
    at: NDArray[np.int64]
    step: int
    there: NDArray[np.bool_]
    held: Floats
    busy: Floats
    effective: Floats


def use(store: SampleStore, fleet: Sequence[Stored], family: Family, window: Window) -> Use | None:
    """None where the fleet has no such device."""
    per_signal = {name: _of_devices(fleet, name) for name in _signals(family)}
    devices = tuple(sorted({device for found in per_signal.values() for device in found}))
    if not devices:
        return None
    at, values = _read(store, per_signal, devices, window)
    step = int(at[1] - at[0]) if at.size > 1 else HOUR
    nothing = np.full((len(devices), at.size), np.nan)
    there: NDArray[np.bool_] = np.any(np.isfinite(np.stack(list(values.values()))), axis=0)
    return Use(
        family,
        devices,
        at,
        step,
        there,
        _held([values[name] for name in family.held if name in values], nothing),
        values.get(family.busy, nothing),
        values.get(family.effective, nothing),
    )


def device_of(stored: Stored) -> Device | None:
    host, device = stored.key.label("host.name"), stored.key.label("hw.id")
    return (host, device) if device else None


def _signals(family: Family) -> list[str]:
    named = [family.busy, family.effective, *family.held, *family.compared]
    return [name for name in dict.fromkeys(named) if name]


def _of_devices(fleet: Iterable[Stored], metric: str) -> dict[Device, list[Stored]]:
    found: dict[Device, list[Stored]] = defaultdict(list)
    for stored in fleet:
        device = device_of(stored)
        if stored.key.metric == metric and device is not None:
            found[device].append(stored)
    return found


def _read(
    store: SampleStore,
    per_signal: Mapping[str, Mapping[Device, list[Stored]]],
    devices: Sequence[Device],
    window: Window,
) -> tuple[NDArray[np.int64], dict[str, Floats]]:
    """By signal the greatest of a device's series per step, each the mean of the step; all in one reading."""
    rows = [
        (name, device, one)
        for name, found in per_signal.items()
        for device, many in found.items()
        for one in many[: MOST_SERIES // len(devices) + 1]
    ]
    series = [one for _, _, one in rows]
    block = read_chart(store, series, window.since, window.until, _BUCKETS, Rule.MEAN)
    place = {device: row for row, device in enumerate(devices)}
    shape = len(devices), block.at.size
    whole = {name: np.full(shape, np.nan) for name, found in per_signal.items() if found}
    for row, (name, device, _) in enumerate(rows):
        values = np.where(block.mask[row], block.values[row], np.nan)
        kept = whole[name][place[device]]
        np.fmax(kept, values, out=kept)
    return block.at, whole


def _held(known: Sequence[Floats], nothing: Floats) -> Floats:
    """1 where any of the signals is above zero, 0 where all that were there are zero."""
    held = nothing.copy()
    for values in known:
        held = np.fmax(held, np.where(np.isfinite(values), values > 0, np.nan))
    return held


@dataclass(frozen=True, slots=True)
class Stage:
    """`value` are devices, averaged over the time, scaled from those that said it; NaN where none did.

    `known` is the share of the devices' time for which it is known, `why` says what is missing.
    """

    name: str
    value: float
    known: float
    why: str = ""


def funnel(found: Use) -> tuple[Stage, ...]:
    """Total, allocated, busy and effective, in devices. Nothing that was not said counts as zero."""
    total = float(found.there.sum()) / max(int(found.there.any(axis=0).sum()), 1)
    family = found.family
    return (
        Stage("total", total, 1.0),
        _stage("allocated", found.held, found, total, " or ".join(family.held)),
        _stage("busy", found.busy, found, total, family.busy),
        _stage("effective", found.effective, found, total, family.effective),
    )


def _stage(name: str, share: Floats, found: Use, total: float, signals: str) -> Stage:
    known = np.isfinite(share) & found.there
    if not known.any():
        why = found.family.why_not if not signals else f"no source delivers {signals}"
        return Stage(name, math.nan, 0.0, why)
    part = float(known.sum() / found.there.sum())
    why = (
        ""
        if part >= 1
        else f"known for {part:.0%} of the devices' time, the rest taken to be alike"
    )
    return Stage(name, total * float(share[known].mean()), part, why)


@dataclass(frozen=True, slots=True)
class Idle:
    """Shares of the devices' known time. `held` is idle though a process held the device; NaN: unknown."""

    share: float
    held: float


def idle(found: Use) -> Idle:
    known = np.isfinite(found.busy)
    still = found.busy < IDLE_BELOW
    both = known & np.isfinite(found.held)
    return Idle(
        float(still[known].mean()) if known.any() else math.nan,
        float((still & (found.held > 0))[both].mean()) if both.any() else math.nan,
    )
