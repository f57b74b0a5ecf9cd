"""Samples that should have come and did not: a gap, a series gone silent, a source that says nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.devices import with_missing_devices
from reinfra.model import SECOND, Anomaly, Batch, SeriesKey
from reinfra.signals import find, wording

_LEAST_INTERVALS = 10
_STEADY_SHARE = 0.9
_STEADY_WITHIN = 0.5


@dataclass(frozen=True, slots=True)
class Staleness:
    """More than `tolerated` missed samples in a row are an anomaly; its score is how many were missed.

    How often a sample is expected is `expected_interval`. A sample that is NaN did arrive, so it is
    never late; a run of them is an anomaly of its own, since the source answered and said nothing.
    """

    tolerated: int = 2
    name: str = "staleness"

    def find(self, batch: Batch, now: int) -> list[Anomaly]:
        """By series, then by time. `now` closes the time looked at: for a recording, the recording's end."""
        order = np.lexsort((batch.at, batch.series))
        bounds = np.searchsorted(batch.series[order], np.arange(len(batch.keys) + 1))
        anomalies: list[Anomaly] = []
        for key, begin, end in zip(batch.keys, bounds[:-1], bounds[1:], strict=True):
            part = order[begin:end]
            anomalies += self._of_series(key, batch.at[part], batch.value[part], now)
        return with_missing_devices(anomalies, batch.keys, now)

    def _of_series(
        self, key: SeriesKey, at: NDArray[np.int64], value: Floats, now: int
    ) -> Iterator[Anomaly]:
        at, first = np.unique(at, return_index=True)
        value = value[first]
        if not at.size:
            return
        yield from self._empty_answers(key, at, value)
        expected = expected_interval(key, at)
        if expected is None:
            return
        missed = np.rint(np.diff(at, append=max(now, at[-1])) / expected).astype(int) - 1
        for place in np.flatnonzero(missed > self.tolerated):
            yield self._silence(key, at, int(place), int(missed[place]), expected, now)

    def _silence(
        self,
        key: SeriesKey,
        at: NDArray[np.int64],
        place: int,
        missed: int,
        expected: float,
        now: int,
    ) -> Anomaly:
        over = place + 1 < at.size
        last = int(at[place])
        until = int(at[place + 1]) if over else now
        lasted = wording.duration(until - last)
        said = f"no sample for {lasted} after" if over else f"silent for {lasted}, since"
        rhythm = f"one was expected every {wording.duration(expected)}, {missed} were missed"
        reason = f"{wording.signal_name(key)}: {said} {wording.clock_time(last)}; {rhythm}"
        since = min(last + round(expected), until)
        return self._anomaly(key, since, until, missed, reason)

    def _empty_answers(
        self, key: SeriesKey, at: NDArray[np.int64], value: Floats
    ) -> Iterator[Anomaly]:
        edges = np.flatnonzero(np.diff(np.isnan(value), prepend=False, append=False))
        for begin, end in edges.reshape(-1, 2):
            if end - begin > self.tolerated:
                since, until = int(at[begin]), int(at[end - 1])
                said = f"{end - begin} samples in a row without a value"
                when = f"since {wording.clock_time(since)}; the source answered and said nothing"
                reason = f"{wording.signal_name(key)}: {said} {when}"
                yield self._anomaly(key, since, until, int(end - begin), reason)

    def _anomaly(self, key: SeriesKey, since: int, until: int, missed: int, reason: str) -> Anomaly:
        return Anomaly(
            key=key,
            detector=self.name,
            since=since,
            until=until,
            peak_at=until,
            value=float("nan"),
            score=float(missed),
            threshold=float(self.tolerated),
            reason=reason,
        )


def expected_interval(key: SeriesKey, at: NDArray[np.int64]) -> float | None:
    """Milliseconds between samples: the registry's cadence or the series' own rhythm, the longer of the two.

    The longer, because a source set up to report less often than usual is not late. None, where the
    registry expects nothing and the series has no steady rhythm: nothing can be late then.
    """
    signal = find(key.metric)
    declared = signal.cadence * SECOND if signal and signal.cadence else None
    known = [interval for interval in (declared, rhythm(at)) if interval is not None]
    return max(known, default=None)


def rhythm(at: NDArray[np.int64]) -> float | None:
    """The median interval of a steady series; None for one that is not.

    Steady is: at least 10 intervals, and at least 90 % of them within half a median of the median.
    """
    intervals = np.diff(at)
    if intervals.size < _LEAST_INTERVALS:
        return None
    usual = float(np.median(intervals))
    near = np.abs(intervals - usual) <= _STEADY_WITHIN * usual
    return usual if near.mean() >= _STEADY_SHARE else None
