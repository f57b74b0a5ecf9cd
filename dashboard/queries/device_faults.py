"""What went wrong with devices, by hour and kind, and for how long their clocks were held down."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.devices import MOST_SERIES, Device, Family, device_of
from dashboard.queries.window import Window
from detectors.base import Floats
from reinfra.model import SECOND, Kind, SeriesBlock
from reinfra.signals.wording import signal_name
from reinfra.signals.xid import xid
from reinfra.store import Rule, SampleStore, Stored
from reinfra.store.charts import read_chart

_BUCKETS = 96
_XID_LABELS = ("hw.gpu.xid", "hw.gpu.xid.code", "xid")
_REASON = "hw.gpu.clock.reason"
_NO_FAULT = "gpu_idle"


@dataclass(frozen=True, slots=True)
class Fault:
    """`count` events of one kind on one device in the step that begins at `at`."""

    at: int
    device: Device
    kind: str
    count: float
    todo: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """The newest first. `watched` are the signals that any device has, whether or not anything happened."""

    found: tuple[Fault, ...]
    at: NDArray[np.int64]
    watched: tuple[str, ...]


def faults(store: SampleStore, fleet: Sequence[Stored], family: Family, window: Window) -> Faults:
    mine = [one for one in fleet if one.key.metric in family.faults and device_of(one)]
    latched = [one for one in mine if one.key.kind is Kind.LATCHED][:MOST_SERIES]
    counted = [one for one in mine if one.key.kind is not Kind.LATCHED][:MOST_SERIES]
    since, until = window.since, window.until
    events = read_chart(store, counted, since, until, _BUCKETS, Rule.SUM)
    codes = read_chart(store, latched, since, until, _BUCKETS, Rule.LAST)
    found = [*_counted(events, counted), *_latched(codes, latched)]
    found.sort(key=lambda one: (-one.at, one.device, one.kind))
    watched = tuple(sorted({one.key.metric for one in mine}))
    return Faults(tuple(found), events.at if counted else codes.at, watched)


def _counted(block: SeriesBlock, series: Sequence[Stored]) -> list[Fault]:
    found = []
    for row, column in np.argwhere(block.mask & (block.values > 0)).tolist():
        stored = series[row]
        kind, todo = _kind(stored)
        many = float(block.values[row, column])
        found.append(Fault(int(block.at[column]), _device(stored), kind, many, todo))
    return found


def _latched(block: SeriesBlock, series: Sequence[Stored]) -> list[Fault]:
    """A code that differs from the one before it is an event; that in the first step may be older."""
    found = []
    for row, stored in enumerate(series):
        seen = np.flatnonzero(block.mask[row] & np.isfinite(block.values[row]))
        codes = block.values[row, seen]
        for place in (np.flatnonzero(np.diff(codes) != 0) + 1).tolist():
            code = int(codes[place])
            if code:
                known = xid(code)
                at = int(block.at[seen[place]])
                kind = f"XID {code} {known.description}".rstrip()
                found.append(Fault(at, _device(stored), kind, 1.0, known.action))
    return found


def _kind(stored: Stored) -> tuple[str, str]:
    """What happened, and what its maker says to do."""
    key = stored.key
    code = next((key.label(name) for name in _XID_LABELS if key.label(name)), "")
    if code.isdecimal() and len(code) < 5:  # noqa: PLR2004 - XID codes have three digits
        known = xid(int(code))
        return f"XID {code} {known.description}".rstrip(), known.action
    name = signal_name(key).removesuffix(" since the driver was loaded")
    detail = key.label("error.type") or code
    return f"{name} ({detail})" if detail else name, ""


def _device(stored: Stored) -> Device:
    return device_of(stored) or ("", "")


@dataclass(frozen=True, slots=True)
class Throttled:
    """A reason that held clocks down on `devices` of `watched` devices, for this mean share of their time."""

    reason: str
    devices: int
    watched: int
    share: float


def throttling(
    store: SampleStore, fleet: Sequence[Stored], window: Window
) -> tuple[Throttled, ...]:
    """By reason, the worst first. Being idle is no throttling. From NVIDIA's counters of time where a device has
    them, else from how often the reason was seen.
    """
    timed = _reasons(store, fleet, "hw.gpu.clock.reduced.time", window)
    seen = _reasons(store, fleet, "hw.gpu.clock.reduced", window)
    merged = {**seen, **timed}
    found = []
    for reason in {reason for reason, _ in merged}:
        shares = np.array([share for (name, _), share in merged.items() if name == reason])
        found.append(Throttled(reason, int((shares > 0).sum()), shares.size, float(shares.mean())))
    return tuple(sorted(found, key=lambda one: (-one.share, one.reason)))


def _reasons(
    store: SampleStore, fleet: Sequence[Stored], metric: str, window: Window
) -> dict[tuple[str, Device], float]:
    mine = [one for one in fleet if one.key.metric == metric and device_of(one)]
    mine = [one for one in mine if one.key.label(_REASON) != _NO_FAULT][:MOST_SERIES]
    block = read_chart(store, mine, window.since, window.until, _BUCKETS, Rule.MEAN)
    seconds = metric.endswith(".time")
    shares: dict[tuple[str, Device], float] = {}
    for row, stored in enumerate(mine):
        values: Floats = block.values[row][block.mask[row] & np.isfinite(block.values[row])]
        if values.size:
            mean = float(values.mean()) * (SECOND / block.step if seconds else 1.0)
            shares[stored.key.label(_REASON) or "any", _device(stored)] = mean
    return shares
