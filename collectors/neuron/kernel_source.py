"""Hardware errors of the kernel's log as samples and facts of one host."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from collectors.base import CollectorError, Labels, key_of
from collectors.neuron import places
from collectors.neuron.hardware_errors import HardwareError, classes
from collectors.neuron.kernel_log import KernelLog
from reinfra.model import Absence, Batch, Coverage, Fact, Origin, Report, SeriesKey, subject

SIGNAL = "aws.neuron.hardware.errors"


class KernelSource:
    """A counter for each device and class, from 0, so that the first error is an increase already."""

    def __init__(self, path: Path, host: Labels, origin: Origin = Origin.LIVE) -> None:
        self._log, self._host, self._origin = KernelLog(path), host, origin
        self._name = {"host.name": host["host.name"]}

    def collect(self, at: int, devices: Iterable[int]) -> Iterator[Batch | Report]:
        try:
            found = self._log.read()
        except CollectorError as error:
            absent = Absence(subject(self._name), SIGNAL, Coverage.FAILING, str(error))
            yield Report(absences=(absent,))
            return
        counts: dict[SeriesKey, float] = {
            self._key(device, kind): 0.0 for device in devices for kind in classes()
        }
        for each, count in found.items():
            key = self._key(each.device, each.kind)
            counts[key] = counts.get(key, 0.0) + count
        yield Batch.at_instant(at, counts.items())
        if found:
            yield Report(facts=tuple(map(self._fact, found)))

    def close(self) -> None:
        self._log.close()

    def _key(self, device: int | None, kind: str) -> SeriesKey:
        own = {"error.type": kind, "aws.neuron.error.severity": classes().get(kind, "")}
        return key_of(SIGNAL, {**self._host, **_place(device), **own}, self._origin)

    def _fact(self, error: HardwareError) -> Fact:
        """What the driver wants done about it, "unknown" where it does not say."""
        core = "" if error.core is None else f" of core {error.core}"
        named = subject({**self._name, **_place(error.device)})
        return Fact(named, f"aws.neuron.action.{error.kind}{core}", error.action or "unknown")


def _place(device: int | None) -> dict[str, str]:
    return {} if device is None else places.device(device)
