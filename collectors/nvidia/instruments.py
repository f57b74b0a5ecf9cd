"""NVIDIA's signals as OpenTelemetry's observable instruments; each collection of a reader is one sweep."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from collectors.base import CollectorError
from collectors.nvidia.sweeps import Sweeps
from reinfra.model import ORIGIN_LABEL, Kind, SeriesKey
from reinfra.signals import by_source, signals

_RESOURCE = ("host.name", ORIGIN_LABEL)
"""Labels that belong to the provider's resource, or to our store."""

Observations = dict[str, list[Observation]]


def instrument(provider: MeterProvider, sweeps: Sweeps) -> None:
    """Registers every signal that NVML can give, under OpenTelemetry's names and units, on `provider`."""
    meter = provider.get_meter("reinfra.nvidia")
    shared = _Shared(sweeps)
    for name in {mapped.signal.name: None for mapped in by_source("nvml").values()}:
        signal = signals()[name]
        create = (
            meter.create_observable_gauge
            if signal.kind is Kind.GAUGE
            else meter.create_observable_counter
        )
        create(name, [shared.callback(name)], signal.unit, signal.title)


@dataclass(slots=True)
class _Shared:
    """A signal that is asked for a second time begins a new sweep: a reader asks for each one once."""

    sweeps: Sweeps
    _latest: Observations = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _attributes: dict[SeriesKey, dict[str, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def callback(self, signal: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        return lambda _: self._observe(signal)

    def _observe(self, signal: str) -> list[Observation]:
        with self._lock:
            if not self._latest or signal in self._asked:
                self._asked.clear()
                self._latest = self._sweep()
            self._asked.add(signal)
            return self._latest.get(signal, [])

    def _sweep(self) -> Observations:
        """Nothing where NVML gives nothing: the exporter's own series end, which is what happened."""
        found: Observations = {"": []}
        try:
            sweep, events = self.sweeps.total()
        except CollectorError:
            return found
        for key, value in (*sweep.levels, *events):
            found.setdefault(key.metric, []).append(Observation(value, self._of(key)))
        return found

    def _of(self, key: SeriesKey) -> dict[str, str]:
        if key not in self._attributes:
            kept = {name: text for name, text in key.labels if name not in _RESOURCE}
            self._attributes[key] = kept
        return self._attributes[key]
