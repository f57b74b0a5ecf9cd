"""The EFA collector: every Elastic Fabric Adapter of this machine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from opentelemetry.metrics import MeterProvider

from collectors.base import CollectorError, Labels, key_of
from collectors.bounded import Bounded, StuckError
from collectors.efa.sweep import Sweep, device, signal_readings, sweep
from collectors.efa.sysfs import adapters
from collectors.identity import host_name
from collectors.instruments import Instrument, register
from reinfra.config.sources import EfaSource
from reinfra.model import (
    Absence,
    Batch,
    Clock,
    Coverage,
    Fact,
    Origin,
    Report,
    SeriesKey,
    system_clock,
)
from reinfra.signals import by_source


@dataclass(frozen=True, slots=True)
class Efa:
    """One batch of all counters, and a report of what is missing and why. Facts are told when they change.

    An adapter that was there once and is not now is lost, and said to be so.
    """

    host: str = field(default_factory=host_name)
    clock: Clock = system_clock
    settings: EfaSource = field(default_factory=EfaSource)
    origin: Origin = Origin.LIVE
    name: str = field(default="efa", init=False)
    _bounded: Bounded[Sweep] = field(init=False, repr=False)
    _seen: set[str] = field(default_factory=set, init=False, repr=False)
    _told: dict[tuple[object, str], Fact] = field(default_factory=dict, init=False, repr=False)
    _keys: dict[tuple[str, ...], SeriesKey] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        call = partial(sweep, self.settings.sys, self.host)
        object.__setattr__(self, "_bounded", Bounded(call))

    @classmethod
    def of(cls, settings: EfaSource, clock: Clock) -> Self:
        return cls(clock=clock, settings=settings)

    @staticmethod
    def present() -> bool:
        """Whether this machine has an EFA."""
        try:
            return bool(adapters(EfaSource().sys))
        except OSError:
            return False

    def collect(self) -> Iterator[Batch | Report]:
        at = self.clock()
        found = self._sweep()
        lost = tuple(
            Absence(device(self.host, name), "", Coverage.FAILING, "the adapter is gone from sysfs")
            for name in sorted(self._seen - found.adapters)
        )
        news = [fact for fact in found.facts if self._told.get((fact.subject, fact.name)) != fact]
        values = ((self._key(signal, labels), value) for signal, labels, value in found.readings)
        yield Batch.at_instant(at, values)
        yield Report(absences=(*found.absences, *lost), facts=tuple(news))
        self._seen.update(found.adapters)
        self._told.update({(fact.subject, fact.name): fact for fact in news})

    def instrument(self, provider: MeterProvider) -> None:
        """Registers the same signals with OpenTelemetry, for an exporter of one's own."""
        names = {mapped.signal.name: None for mapped in by_source("efa").values()}
        instruments = [
            Instrument((name,), partial(signal_readings, self.settings.sys, name)) for name in names
        ]
        register(instruments, provider.get_meter("reinfra.efa"))

    def _sweep(self) -> Sweep:
        try:
            found = self._bounded(self.settings.timeout)
        except StuckError as error:
            todo = "The EFA driver does not answer: look for efa in the kernel's log."
            raise CollectorError("sysfs hangs", why=str(error), todo=todo) from error
        except OSError as error:
            raise CollectorError("sysfs cannot be read", why=str(error)) from error
        if not (found.adapters or self._seen):
            todo = "Attach an EFA network interface and load the efa driver."
            raise CollectorError("this machine has no EFA", todo=todo)
        return found

    def _key(self, signal: str, labels: Labels) -> SeriesKey:
        known = (signal, *labels.values())
        if known not in self._keys:
            all_labels = {**self.settings.labels, "host.name": self.host, **labels}
            self._keys[known] = key_of(signal, all_labels, self.origin)
        return self._keys[known]
