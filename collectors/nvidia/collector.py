"""The NVIDIA collector: every GPU, MIG device and NVLink of this machine, by NVML."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from opentelemetry.metrics import MeterProvider

from collectors.bounded import Bounded, StuckError
from collectors.identity import host_name
from collectors.nvidia.binding import Nvml, load
from collectors.nvidia.instruments import instrument
from collectors.nvidia.inventory import Inventory
from collectors.nvidia.session import Session
from collectors.nvidia.sweeps import Sweeps
from collectors.standing import Standing
from reinfra.config.sources import NvidiaSource
from reinfra.model import Batch, Clock, Fact, Origin, Report, system_clock

_PATIENCE = 10.0
"""Seconds to wait for NVML's first word."""


@dataclass(frozen=True, slots=True)
class Nvidia:
    """One batch of everything that NVML says, and a report of what is missing and why.

    Facts are told when they change. NVML is used from one thread at a time and closed by `close`.
    """

    nvml: Nvml = field(default_factory=load)
    host: str = field(default_factory=host_name)
    clock: Clock = system_clock
    settings: NvidiaSource = field(default_factory=NvidiaSource)
    origin: Origin = Origin.LIVE
    name: str = field(default="nvidia", init=False)
    _sweeps: Sweeps = field(init=False, repr=False)
    _standing: Standing = field(default_factory=Standing, init=False, repr=False)
    _told: dict[tuple[object, str], Fact] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        labels: Mapping[str, str] = self.settings.labels
        inventory = Inventory(self.nvml, self.host, labels, self.origin, self.settings.pcie)
        session = Session(self.nvml, inventory, time.sleep, self.settings.serial)
        object.__setattr__(self, "_sweeps", Sweeps(session, self.clock, self.settings.timeout))

    @classmethod
    def of(cls, settings: NvidiaSource, clock: Clock) -> Self:
        return cls(clock=clock, settings=settings)

    @staticmethod
    def present() -> bool:
        """Whether NVML lists a GPU. One that hangs is there too: collecting tells what is wrong."""
        try:
            return Bounded(lambda: _count(load()))(_PATIENCE) > 0
        except StuckError:
            return True

    def collect(self) -> Iterator[Batch | Report]:
        sweep, events = self._sweeps.period()
        news = [fact for fact in sweep.facts if self._told.get((fact.subject, fact.name)) != fact]
        yield self._standing.batch(sweep.at, (*sweep.levels, *events))
        yield Report(absences=sweep.absences, facts=tuple(news))
        self._told.update({(fact.subject, fact.name): fact for fact in news})

    def instrument(self, provider: MeterProvider) -> None:
        """Registers the same signals with OpenTelemetry, for an exporter of one's own."""
        instrument(provider, self._sweeps)

    def close(self) -> None:
        self._sweeps.close()


def _count(nvml: Nvml) -> int:
    """The GPUs; 0 where NVML cannot be opened."""
    try:
        nvml.nvmlInit()
        count: int = nvml.nvmlDeviceGetCount()
        nvml.nvmlShutdown()
    except nvml.NVMLError:
        return 0
    return count
