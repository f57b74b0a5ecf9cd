"""Samples that should have come. The last hours tell which series may lack some; those are looked at closely."""

import functools

import numpy as np
from numpy.typing import NDArray

from detectors.staleness import Staleness
from reinfra.batch.acquire import Window
from reinfra.batch.evaluate import Evaluation
from reinfra.model import DAY, HOUR, Batch, Origin
from reinfra.signals import find
from reinfra.store import Samples, SampleStore, Stored

STALENESS = "staleness"
REMOVED = 14 * DAY
_LOOK = 3 * HOUR
_LEAST = 3  # samples, to know a rhythm
_APART = 2**40  # ms: sorts what lies between samples series by series
_SUSPECT = 1.5  # of the usual interval; what Staleness finds is twice as long at least


def silences(
    store: SampleStore,
    series: list[Stored],
    window: Window,
    now: int,
    into: Evaluation,
    *,
    goes_on: bool = False,
) -> None:
    """Find samples that should have come. A recording ends with its last sample, live data with `now`.

    A series that has been silent for longer than REMOVED is taken to be removed, not late. A run that
    `goes_on` looks closely only where the last hours look as if something were missing.
    """
    if goes_on and window.history < window.since - _LOOK:
        series = _suspects(store, series, window, now)
    begin = min(window.history, window.until - REMOVED)
    parts: dict[tuple[str, bool], list[Stored]] = {}
    for stored in series:
        name = stored.source, _live(stored)
        parts.setdefault(name, []).append(stored)
    for (_, live), part in parts.items():
        samples = store.samples(part, begin, window.until)
        columns = zip(samples.keys, samples.at, samples.value, strict=True)
        batch = Batch.concat(Batch.of_series(key, at, value) for key, at, value in columns)
        if len(batch):
            end = now if live else _recorded_until(part, batch)
            into.add(part, Staleness().find(batch, min(end, window.until)), window.since)


def _suspects(store: SampleStore, series: list[Stored], window: Window, now: int) -> list[Stored]:
    """Series whose last hours lack something, with all others of their host: it may be lost as a whole."""
    due = [one for one in series if _live(one) or one.last_at >= window.since]
    if not due:
        return []
    samples = store.samples(due, window.since - _LOOK, window.until)
    ends = np.array([now if _live(one) else -1 for one in due], np.int64)
    lacking = _lacks(samples, ends, [_cadence(one.key.metric) for one in due])
    hosts = {_host(due[row]) for row in np.flatnonzero(lacking).tolist()}
    return [stored for stored in series if _host(stored) in hosts] if hosts else []


def _lacks(samples: Samples, ends: NDArray[np.int64], cadences: list[float]) -> NDArray[np.bool_]:
    """Of each series, whether too few samples came, one without a value, or any two too far apart.

    `ends` is until when samples may be missing; -1: until the last one.
    """
    sizes = np.array([at.size for at in samples.at])
    few = sizes < _LEAST
    rows = np.flatnonzero(~few)
    if not rows.size:
        return few
    at = np.concatenate([samples.at[row] for row in rows.tolist()])
    value = np.concatenate([samples.value[row] for row in rows.tolist()])
    first = np.concatenate(([0], np.cumsum(sizes[rows])[:-1]))
    last = first + sizes[rows] - 1
    apart = np.diff(at, append=0)
    apart[last] = -1  # to the next series
    usual = np.sort(apart + _APART * np.repeat(np.arange(rows.size), sizes[rows]))
    middle = usual[first + 1 + (sizes[rows] - 1) // 2] - _APART * np.arange(rows.size)
    expected = np.minimum(middle, np.array(cadences)[rows])
    longest = np.maximum(np.maximum.reduceat(apart, first), ends[rows] - at[last])
    few[rows] = (longest > _SUSPECT * expected) | np.isnan(np.add.reduceat(value, first))
    return few


@functools.cache
def _cadence(metric: str) -> float:
    """In ms; infinite where the registry expects nothing."""
    signal = find(metric)
    return signal.cadence * 1000 if signal and signal.cadence else float("inf")


def _live(stored: Stored) -> bool:
    return stored.key.origin is Origin.LIVE


def _host(stored: Stored) -> str:
    key = stored.key
    return key.label("host.name") or key.label("host.id") or key.label("service.name") or str(key)


def _recorded_until(part: list[Stored], batch: Batch) -> int:
    """The recording's last sample. Where the store does not say when that was, the last one read: what is
    after it is unknown, and not silent.
    """
    if any(stored.searched for stored in part):
        return int(batch.at.max())
    return max(stored.last_at for stored in part)
