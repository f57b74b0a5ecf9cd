"""One report of `neuron-monitor`: a JSON object to a line, without a time of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from collectors.base import CollectorError, Labels, key_of
from collectors.instruments import Reading
from collectors.json_object import JsonObject, parse_object
from collectors.neuron import about, layout, system
from collectors.neuron.hardware import Hardware
from reinfra.model import Batch, Clock, Origin, Report, SeriesKey, system_clock

MAX_BYTES = 16 * 1024 * 1024
"""A report of 32 runtimes on 32 cores is 0.4 MB."""

_MOST_KEYS = 50_000
"""Kept for the next report; runtimes without a tag of their own are named by process ids, which never end."""

_Place = tuple[str, tuple[tuple[str, str], ...]]
"""A signal and its own labels."""

_WORST_OF_RUNTIMES = {
    "aws.neuron.core.utilization",
    "aws.neuron.core.flops",
    "aws.neuron.execution.latency",
    "aws.neuron.physical_core.utilization",
}
"""Combined over runtimes by maximum; everything else adds up.

Each runtime lists every core of the node, so a mean over 32 runtimes would divide by 32; the
CloudWatch agent takes the maximum too. Percentiles of one runtime tag cannot be added at all.
"""


@dataclass(frozen=True, slots=True)
class NeuronMonitor:
    """One batch for each report. `lines` is any source of reports: a pipe, a file, a list in a test.

    A report carries no time of its own, so it is stamped when it is read.
    """

    lines: Iterable[str]
    clock: Clock = system_clock
    origin: Origin = Origin.LIVE
    name: str = "neuron_monitor"

    def collect(self) -> Iterator[Batch]:
        for line in self.lines:
            if line.strip():
                yield read_report(line, self.clock(), self.origin)


class Reader:
    """Reads reports of one host, whose keys are made once and used again.

    `host_metrics` also takes what the host collector gives: the CPU and memory of the machine.
    """

    def __init__(
        self, host: Labels, origin: Origin = Origin.LIVE, *, host_metrics: bool = True
    ) -> None:
        self.host, self.origin = host, origin
        self._host_metrics = host_metrics
        self._keys: dict[_Place, SeriesKey] = {}

    def read(self, report: JsonObject, at: int) -> Batch:
        """The samples of a report. Raises CollectorError where a field is not what it is known to be."""
        values: dict[_Place, float] = {}
        for signal, labels, value in _readings(report, host=self._host_metrics):
            place = (signal, tuple(labels.items()))
            before = values.get(place)
            if before is None:
                values[place] = value
            elif signal in _WORST_OF_RUNTIMES:
                values[place] = max(before, value)
            else:
                values[place] = before + value
        return Batch.at_instant(at, ((self._key(place), value) for place, value in values.items()))

    def beside(self, report: JsonObject) -> Report:
        """What the report says beside samples; host.name is what facts and absences are about."""
        host = {"host.name": self.host["host.name"]}
        return Report(
            absences=tuple(about.absences(report, host)),
            facts=tuple(about.facts(report, host)),
            refused=about.unknown_groups(report),
        )

    def _key(self, place: _Place) -> SeriesKey:
        key = self._keys.get(place)
        if key is None:
            if len(self._keys) >= _MOST_KEYS:
                self._keys.clear()
            key = self._keys[place] = key_of(place[0], {**self.host, **dict(place[1])}, self.origin)
        return key


def read_report(text: str | bytes, at: int, origin: Origin = Origin.LIVE) -> Batch:
    """One report as a batch of samples at `at`, under the host's name as the report gives it.

    Counts are per reporting period, which the tool does not keep steady. A latency is null when
    nothing ran: no sample. Power, temperature and clocks are not in the report at all. Raises
    CollectorError for what is no such report.
    """
    report = parse(text)
    info = report.child("instance_info")
    instance = info.text("instance_id")
    host = {"host.id": instance, "host.name": info.text("instance_name") or instance}
    return Reader(host, origin).read(report, at)


def parse(text: str | bytes) -> JsonObject:
    if len(text) > MAX_BYTES:
        raise CollectorError(f"a report of more than {MAX_BYTES:,} bytes", where="neuron-monitor")
    report = parse_object(text, "neuron-monitor")
    if "neuron_runtime_data" not in report and "system_data" not in report:
        why = "neither neuron_runtime_data nor system_data is in it"
        raise CollectorError("not a neuron-monitor report", where="neuron-monitor", why=why)
    return report


def _readings(report: JsonObject, *, host: bool) -> Iterator[Reading]:
    """Everything the report says, runtime by runtime, not yet combined."""
    hardware = Hardware(report.child("neuron_hardware_info"))
    for runtime in report.children("neuron_runtime_data"):
        yield from layout.of_runtime(runtime, hardware)
    yield from system.of_devices(report, hardware)
    if host:
        yield from system.of_host(report)
