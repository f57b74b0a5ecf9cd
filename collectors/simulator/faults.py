"""Which faults are planted, where and when; and the labels that say so."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from collectors.simulator.fleet import GPUS, NEURON_CORES, Host, fleet, service_key
from reinfra.model import SeriesKey

HOSTS_PER_ROUND = 16
"""Every so many hosts, each kind is planted once more, as far as untouched hosts and services go."""

FEWEST_STEPS = 100
"""A shorter simulation has no healthy half to learn from, and gets no faults."""


class FaultKind(enum.StrEnum):
    STRAGGLER = "straggler"
    """One GPU runs slower than its siblings under the same load."""
    THERMAL_THROTTLE = "thermal_throttle"
    ECC_BURST = "ecc_burst"
    """ECC errors pour in and XID 48 (double-bit error) shows, until the GPU is reset."""
    MEMORY_LEAK = "memory_leak"
    MISSING_DEVICE = "missing_device"
    """The exporter dies: the host's accelerators give no samples."""
    LATENCY_STEP = "latency_step"
    ERROR_BURST = "error_burst"


_ON_GPU = (FaultKind.STRAGGLER, FaultKind.THERMAL_THROTTLE, FaultKind.ECC_BURST)
_ON_HOST = (FaultKind.MEMORY_LEAK, FaultKind.MISSING_DEVICE)
_ON_SERVICE = (FaultKind.LATENCY_STEP, FaultKind.ERROR_BURST)

GPU_SIGNALS = (
    "hw.gpu.utilization",
    "hw.gpu.memory.usage",
    "hw.power",
    "hw.temperature",
    "hw.gpu.clock.sm",
    "hw.gpu.ecc.errors",
    "hw.gpu.xid",
)
_HURT = {
    FaultKind.STRAGGLER: ("hw.gpu.clock.sm", "hw.power"),
    FaultKind.THERMAL_THROTTLE: ("hw.temperature", "hw.gpu.clock.sm"),
    FaultKind.ECC_BURST: ("hw.gpu.ecc.errors", "hw.gpu.xid"),
    FaultKind.LATENCY_STEP: (
        "gen_ai.server.time_to_first_token",
        "gen_ai.server.time_per_output_token",
        "gen_ai.server.request.duration",
    ),
    FaultKind.ERROR_BURST: ("gen_ai.server.request.errors",),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault: the series it shows in, from its first to its last step (ms UTC).

    Of a missing device these are the steps without a sample.
    """

    kind: FaultKind
    series: tuple[SeriesKey, ...]
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault by position: step `first` to `last` of a host (and GPU), or of a service."""

    kind: FaultKind
    first: int
    last: int
    service: int
    host: Host | None = None
    gpu: int = 0

    @property
    def steps(self) -> slice:
        return slice(self.first, self.last + 1)

    def series(self) -> tuple[SeriesKey, ...]:
        if self.host is None:
            return tuple(service_key(signal, self.service) for signal in _HURT[self.kind])
        if self.kind is FaultKind.MEMORY_LEAK:
            return (self.host.key("system.memory.usage"),)
        if self.kind is FaultKind.MISSING_DEVICE:
            return tuple(_accelerators(self.host))
        return tuple(self.host.gpu_key(signal, self.gpu) for signal in _HURT[self.kind])


def plan(hosts: int, steps: int, rng: np.random.Generator) -> list[Planted]:
    """No host and no service gets two faults; all lie in the second half."""
    if steps < FEWEST_STEPS:
        return []
    everyone = list(fleet(hosts))
    shuffled = [everyone[int(i)] for i in rng.permutation(hosts)]
    services = [int(i) for i in rng.permutation(everyone[-1].service + 1)]
    planted = []
    for _ in range(max(1, hosts // HOSTS_PER_ROUND)):
        for kind in (*_ON_GPU, *_ON_HOST):
            host = _take(shuffled, gpus_only=kind in _ON_GPU)
            if host is not None:
                gpu = int(rng.integers(GPUS))
                planted.append(Planted(kind, *_when(steps, rng), host.service, host, gpu))
        planted += [
            Planted(kind, *_when(steps, rng), services.pop()) for kind in _ON_SERVICE if services
        ]
    return planted


def _take(hosts: list[Host], *, gpus_only: bool) -> Host | None:
    found = next((host for host in hosts if host.has_gpus or not gpus_only), None)
    if found is not None:
        hosts.remove(found)
    return found


def _when(steps: int, rng: np.random.Generator) -> tuple[int, int]:
    length = int(rng.integers(steps // 20, steps // 8))
    first = int(rng.integers(steps // 2, steps - length - steps // 20))
    return first, first + length - 1


def _accelerators(host: Host) -> Iterator[SeriesKey]:
    if host.has_gpus:
        for signal in GPU_SIGNALS:
            yield from (host.gpu_key(signal, gpu) for gpu in range(GPUS))
    else:
        signal = "aws.neuron.core.utilization"
        yield from (host.core_key(signal, core) for core in range(NEURON_CORES))
