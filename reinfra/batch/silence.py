"""Samples that should have come. The last hours tell which series may lack some; those are looked at closely."""

import numpy as np

from detectors.staleness import Staleness
from reinfra.batch.acquire import Window
from reinfra.batch.evaluate import Evaluation
from reinfra.model import DAY, HOUR, Batch, Origin
from reinfra.signals import find
from reinfra.store import SampleStore, Stored

STALENESS = "staleness"
REMOVED = 14 * DAY
_LOOK = 3 * HOUR
_LEAST = 3  # samples, to know a rhythm
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
    samples = store.samples(series, window.since - _LOOK, window.until)
    suspects = [
        stored
        for stored, at, value in zip(series, samples.at, samples.value, strict=True)
        if (_live(stored) or stored.last_at >= window.since) and _lacks(stored, at, value, now)
    ]
    hosts = {_host(stored) for stored in suspects}
    return [stored for stored in series if _host(stored) in hosts]


def _lacks(
    stored: Stored,
    at: np.ndarray[tuple[int], np.dtype[np.int64]],
    value: np.ndarray[tuple[int], np.dtype[np.float64]],
    now: int,
) -> bool:
    if at.size < _LEAST or np.isnan(value.sum()):
        return True
    end = now if _live(stored) else int(at[-1])
    apart = at[1:] - at[:-1]
    usual = float(np.partition(apart, apart.size // 2)[apart.size // 2])
    signal = find(stored.key.metric)
    if signal and signal.cadence:
        usual = min(usual, signal.cadence * 1000)
    return bool(max(int(apart.max()), end - int(at[-1])) > _SUSPECT * usual)


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
