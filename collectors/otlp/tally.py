"""Single requests, counted.

A series holds one value per instant and the last write wins, so that two requests which end in the same
millisecond cannot both be samples of one series; and a sample per request would be as many samples as
requests. So the requests of one delivery are counted by series and second: how many there were, and for
what has a size, how many were at most each bound. The counts are per period (delta), so that those of
several deliveries add up. Each delivery has a millisecond of its own within the second, one after the other,
so that none writes over another's counts unless there are a thousand in between.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from reinfra.model import DERIVED_LABEL, ORIGIN_LABEL, SECOND, Batch, Kind, Origin, SeriesKey
from reinfra.signals import signals

LATENCIES = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
FIRST_TOKENS = (
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0),
    *(2.5, 5.0, 7.5, 10.0),
)
PER_TOKEN = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
TOKENS = tuple(float(4**power) for power in range(14))
"""The bounds that OpenTelemetry's gen_ai metrics should have (gen-ai-metrics.md, v1.41.0)."""

Labels = tuple[tuple[str, str], ...]
_Place = tuple[str, Labels, int]


@dataclass(slots=True)
class Tally:
    """The counts of one delivery. `at` is in ms, and only its second matters."""

    _sizes: dict[_Place, tuple[tuple[float, ...], list[float]]] = field(default_factory=dict)
    _counts: dict[_Place, float] = field(default_factory=dict)

    def observe(
        self, signal: str, labels: Labels, at: int, value: float, bounds: tuple[float, ...]
    ) -> None:
        """One more value of something that has a size."""
        place = signal, labels, at // SECOND
        self._sizes.setdefault(place, (bounds, []))[1].append(value)

    def count(self, signal: str, labels: Labels, at: int, by: float = 1.0) -> None:
        """So many more; 0 says that there were none, which no sample would not say."""
        place = signal, labels, at // SECOND
        self._counts[place] = self._counts.get(place, 0.0) + by

    def batch(self, number: int) -> Batch:
        """The counts as samples; `number` is that of the delivery."""
        samples = [*self._counted(), *self._distributed()]
        if not samples:
            return Batch.empty()
        places: dict[SeriesKey, int] = {}
        series = [places.setdefault(key, len(places)) for key, _, _ in samples]
        at = np.array([second for _, second, _ in samples], np.int64) * SECOND + number % SECOND
        value = np.array([value for _, _, value in samples], np.float64)
        return Batch(tuple(places), np.array(series, np.int32), at, value)

    def _counted(self) -> Iterator[tuple[SeriesKey, int, float]]:
        for (signal, labels, second), count in self._counts.items():
            yield signals()[signal].key(dict(labels)), second, count

    def _distributed(self) -> Iterator[tuple[SeriesKey, int, float]]:
        for (signal, labels, second), (bounds, values) in self._sizes.items():
            below = np.searchsorted(np.sort(values), bounds, side="right").tolist()
            ends = zip([*map(repr, bounds), "+Inf"], [*below, len(values)], strict=True)
            for end, count in ends:
                yield _part(signal, (*labels, ("le", end)), "1"), second, float(count)
            yield _part(f"{signal}.sum", labels, signals()[signal].unit), second, float(sum(values))
            yield _part(f"{signal}.count", labels, "1"), second, float(len(values))


def labels_of(labels: Mapping[str, str], derived: str) -> Labels:
    """With the marks that every series carries; `derived` says what the counts were made of."""
    marks = {ORIGIN_LABEL: Origin.LIVE.value, DERIVED_LABEL: derived}
    return tuple(sorted({**labels, **marks}.items()))


def _part(metric: str, labels: Labels, unit: str) -> SeriesKey:
    return SeriesKey.of(metric, dict(labels), Kind.PERIOD_COUNT, unit)
