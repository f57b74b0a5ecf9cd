"""The simulated fleet: services, their hosts, and the keys of their series."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from collectors.base import Labels, key_of
from reinfra.model import Origin, SeriesKey

HOSTS_PER_SERVICE = 8
GPUS = 8
NEURON_CORES = 32
CORES_PER_DEVICE = 2


@dataclass(frozen=True, slots=True)
class Host:
    """A server with GPUs (even services) or Neuron devices (odd ones)."""

    index: int
    service: int

    @property
    def has_gpus(self) -> bool:
        return self.service % 2 == 0

    @property
    def name(self) -> str:
        return f"{'gpu' if self.has_gpus else 'trn'}-{self.index:04d}"

    def key(self, signal: str, device: Labels = MappingProxyType({})) -> SeriesKey:
        """The key of one of its series."""
        own = {"host.name": self.name, "service.name": service_name(self.service)}
        return key_of(signal, {**own, **device}, Origin.SIMULATED)

    def gpu_key(self, signal: str, gpu: int) -> SeriesKey:
        return self.key(signal, {"hw.id": f"GPU-{self.index:04d}-{gpu}", "hw.type": "gpu"})

    def core_key(self, signal: str, core: int) -> SeriesKey:
        device = f"neuron{core // CORES_PER_DEVICE}"
        return self.key(signal, {"hw.id": f"neuroncore{core}", "hw.parent": device})


def fleet(hosts: int) -> Iterator[Host]:
    for index in range(hosts):
        yield Host(index, index // HOSTS_PER_SERVICE)


def service_name(service: int) -> str:
    return f"llm-{service:02d}"


def service_key(signal: str, service: int, labels: Labels = MappingProxyType({})) -> SeriesKey:
    return key_of(signal, {"service.name": service_name(service), **labels}, Origin.SIMULATED)
