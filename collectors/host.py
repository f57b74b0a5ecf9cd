"""CPU and memory of the machine it runs on, as OpenTelemetry observable instruments read by psutil."""

import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import psutil
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource

from collectors.otel_reader import to_batch
from reinfra.model import Batch, Clock, Origin, system_clock

_CPU_SECONDS = 0.2
"""How long CPU use is watched: psutil's answer without a wait would be 0 on the first call."""


@dataclass(frozen=True, slots=True)
class Host:
    """One batch: system.cpu.utilization, system.memory.usage, system.memory.limit.

    The same instruments can be registered on any meter provider, see `instrument`.
    """

    host: str = field(default_factory=platform.node)
    clock: Clock = system_clock
    origin: Origin = Origin.LIVE
    name: str = field(default="host", init=False)

    def collect(self) -> Iterator[Batch]:
        reader = InMemoryMetricReader()
        # Only the name: what else the SDK detects changes with the process and would be identity.
        provider = MeterProvider(
            [reader], Resource({"host.name": self.host}), shutdown_on_exit=False
        )
        instrument(provider)
        try:
            yield to_batch(reader.get_metrics_data(), self.origin, self.clock())
        finally:
            provider.shutdown()


def instrument(provider: MeterProvider) -> None:
    """Registers the host's instruments, under OpenTelemetry's names and units, on `provider`."""
    meter = provider.get_meter("reinfra.host")
    meter.create_observable_gauge("system.cpu.utilization", [_cpu], "1", "CPU busy")
    meter.create_observable_gauge("system.memory.usage", [_memory_used], "By", "Memory in use")
    meter.create_observable_gauge("system.memory.limit", [_memory_total], "By", "Memory installed")


def _cpu(_: CallbackOptions) -> Iterable[Observation]:
    yield Observation(psutil.cpu_percent(interval=_CPU_SECONDS) / 100)


def _memory_used(_: CallbackOptions) -> Iterable[Observation]:
    yield Observation(psutil.virtual_memory().used)


def _memory_total(_: CallbackOptions) -> Iterable[Observation]:
    yield Observation(psutil.virtual_memory().total)
