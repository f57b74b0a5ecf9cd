"""The Neuron collector: neuron-monitor, the driver's sysfs tree and the kernel's log as one source."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from collectors.base import CollectorError, Labels, key_of
from collectors.identity import host_name
from collectors.neuron.device_tree import DeviceTree
from collectors.neuron.inbox import Inbox
from collectors.neuron.kernel_source import KernelSource
from collectors.neuron.monitor import Monitor
from collectors.neuron.places import POWER
from collectors.neuron.process import Process, configuration, find_program
from collectors.neuron.report import Reader
from reinfra.config.sources import NeuronSource
from reinfra.model import Absence, Batch, Clock, Coverage, Origin, Report, subject

_STARTS = "aws.neuron.monitor.start.count"


@dataclass(frozen=True, slots=True)
class Neuron:
    """What has come since the call before. A part that is None is not asked.

    Where neuron-monitor is dead or silent, the tree and the log are still read, and then
    CollectorError says so: an exporter that died must not look healthy.
    """

    host: str
    clock: Clock
    monitor: Monitor | None
    tree: DeviceTree | None
    log: KernelSource | None
    name: str = "neuron"
    labels: Labels = field(default_factory=dict)
    origin: Origin = Origin.LIVE

    @classmethod
    def of(cls, settings: NeuronSource, clock: Clock) -> Self:
        host = host_name()
        labels = {**settings.labels, "host.name": host}
        return cls(
            host,
            clock,
            _monitor(settings, labels, clock) if settings.command else None,
            DeviceTree(Path(settings.sysfs), labels) if settings.sysfs else None,
            KernelSource(Path(settings.kernel_log), labels) if settings.kernel_log else None,
            settings.name,
            settings.labels,
        )

    @staticmethod
    def present() -> bool:
        """Whether the driver is loaded, or its tools are installed."""
        standard = NeuronSource()
        return Path(standard.sysfs).is_dir() or find_program(standard.command) is not None

    def collect(self) -> Iterator[Batch | Report]:
        failure = yield from self._reports()
        at = self.clock()
        if self.monitor:
            key = key_of(_STARTS, {**self.labels, "host.name": self.host}, self.origin)
            yield Batch.at_instant(at, [(key, float(self.monitor.starts))])
        yield from self._devices(at)
        if self.log:
            yield from self.log.collect(at, self.tree.devices if self.tree else ())
        if failure:
            raise failure

    def close(self) -> None:
        """Ends neuron-monitor."""
        if self.monitor:
            self.monitor.close()
        if self.log:
            self.log.close()

    def _reports(self) -> Generator[Batch | Report, None, CollectorError | None]:
        try:
            if self.monitor:
                yield from self.monitor.collect()
        except CollectorError as error:
            return error
        return None

    def _devices(self, at: int) -> Iterator[Batch | Report]:
        if self.tree is None:
            return
        said = self.monitor.said if self.monitor else frozenset()
        try:
            yield from self.tree.collect(at, said)
        except CollectorError as error:
            if self.monitor is None:
                raise
            host = subject({"host.name": self.host})
            yield Report(absences=(Absence(host, POWER, Coverage.FAILING, str(error)),))


def _monitor(settings: NeuronSource, labels: dict[str, str], clock: Clock) -> Monitor:
    inbox = Inbox()
    config = configuration(settings.period, host_metrics=settings.system_metrics)
    process = Process(settings.command, config, inbox, clock)
    reader = Reader(labels, host_metrics=settings.system_metrics)
    return Monitor(process, inbox, reader, settings.period, settings.timeout)
