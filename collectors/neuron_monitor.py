"""AWS Neuron devices, from the JSON reports that `neuron-monitor` prints, one per line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from collectors import neuron_report
from collectors.base import key_of
from reinfra.model import Batch, Clock, Origin, SeriesKey, system_clock

_WORST_OF_RUNTIMES = {
    "aws.neuron.core.utilization",
    "aws.neuron.core.flops",
    "aws.neuron.execution.latency",
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
    name: str = field(default="neuron_monitor", init=False)

    def collect(self) -> Iterator[Batch]:
        for line in self.lines:
            if line.strip():
                yield read_report(line, self.clock(), self.origin)


def read_report(text: str | bytes, at: int, origin: Origin = Origin.LIVE) -> Batch:
    """One report as a batch of samples at `at`. Raises CollectorError for what is no such report.

    Counts are per reporting period, which the tool does not keep steady. A latency is null when
    nothing ran: no sample. Power, temperature and clocks are not in the report at all.
    """
    report = neuron_report.parse(text)
    host = neuron_report.host_labels(report)
    values: dict[SeriesKey, float] = {}
    for signal, labels, value in neuron_report.readings(report):
        key = key_of(signal, {**host, **labels}, origin)
        before = values.get(key)
        if before is None:
            values[key] = value
        elif signal in _WORST_OF_RUNTIMES:
            values[key] = max(before, value)
        else:
            values[key] = before + value
    return Batch.at_instant(at, values.items())
