"""The latest sample of every series since they were last taken, as a periodic reader of OpenTelemetry has it."""

import math
import threading
from collections.abc import Iterable

import numpy as np

from collectors.otel_points import Sample
from reinfra.model import Batch, Kind, SeriesKey

_MOST_SERIES = 100_000


class Latest:
    """Counts of periods add up; of everything else the newest stays. NaN and buckets are left out.

    Memory is bounded by the number of series; those beyond it are counted in `refused`.
    """

    def __init__(self, most_series: int = _MOST_SERIES) -> None:
        self._most = most_series
        self._samples: dict[SeriesKey, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self.refused = 0

    def put(self, batch: Batch) -> None:
        order = np.argsort(batch.at, kind="stable")
        columns = (column[order].tolist() for column in (batch.series, batch.at, batch.value))
        with self._lock:
            for series, at, value in zip(*columns, strict=True):
                self._merge(batch.keys[series], at, value)

    def take(self) -> list[Sample]:
        with self._lock:
            samples, self._samples = self._samples, {}
        return [(key, at, value) for key, (at, value) in samples.items()]

    def put_back(self, samples: Iterable[Sample]) -> None:
        """What could not be sent; where a newer one came meanwhile, that stays."""
        with self._lock:
            for sample in samples:
                self._merge(*sample)

    def _merge(self, key: SeriesKey, at: int, value: float) -> None:
        if math.isnan(value) or key.kind is Kind.HISTOGRAM:
            return
        before = self._samples.get(key)
        if before is None:
            if len(self._samples) >= self._most:
                self.refused += 1
                return
            self._samples[key] = (at, value)
        elif key.kind is Kind.PERIOD_COUNT:
            self._samples[key] = (max(at, before[0]), before[1] + value)
        elif at >= before[0]:
            self._samples[key] = (at, value)
