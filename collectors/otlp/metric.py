"""A Metric message: what it says of itself, and where its data points are.

Field numbers are those of opentelemetry/proto/metrics/v1/metrics.proto. All five types hold their points in
field 1; of two types in one message the last one counts, two messages of one type are merged.
"""

from dataclasses import dataclass, field

from collectors.otlp.wire import BYTES, VARINT, Wire, size_of, tag_of, varint

NAME, UNIT = tag_of(1, BYTES), tag_of(3, BYTES)
GAUGE, SUM = tag_of(5, BYTES), tag_of(7, BYTES)
HISTOGRAM, EXPONENTIAL, SUMMARY = tag_of(9, BYTES), tag_of(10, BYTES), tag_of(11, BYTES)
_TYPES = frozenset({GAUGE, SUM, HISTOGRAM, EXPONENTIAL, SUMMARY})
POINTS, _TEMPORALITY, _MONOTONIC = tag_of(1, BYTES), tag_of(2, VARINT), tag_of(3, VARINT)

DELTA, CUMULATIVE = 1, 2

LONGEST_NAME = 255
"""As OpenTelemetry limits the name of an instrument."""


@dataclass(slots=True)
class Metric:
    """`type` is one of the tags above, 0 for none; its points are from `starts` to `ends` of the request.

    `header` is where its data starts with its tag, 0 where that is not known. `sound` says that it was looked
    at before and has no fault.
    """

    name: str = ""
    unit: str = ""
    type: int = 0
    temporality: int = 0
    monotonic: bool = False
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    header: int = 0
    sound: bool = False

    @property
    def fault(self) -> str:
        """Why nothing of it can be taken; "" where it can."""
        if self.sound:
            return ""
        if not self.name.isprintable() or not 0 < len(self.name) <= LONGEST_NAME:
            return f"a metric without a name of 1 to {LONGEST_NAME} printable characters"
        if len(self.unit) > LONGEST_NAME or not self.unit.isprintable():
            return "a unit that is none"
        if self.type not in _TYPES:
            return "a metric of no known type"
        if self.type not in (GAUGE, SUMMARY) and self.temporality not in (DELTA, CUMULATIVE):
            return "no aggregation temporality"
        return ""


def metric_of(wire: Wire, start: int, end: int) -> Metric:
    metric = Metric()
    for tag, at, after in wire.fields(start, end):
        if tag == NAME:
            metric.name = wire.text(at, after)
        elif tag == UNIT:
            metric.unit = wire.text(at, after)
        elif tag in _TYPES:
            if tag != metric.type:
                metric = Metric(metric.name, metric.unit, tag)
            _data(metric, wire, at, after)
            metric.header = _header(wire.data, tag, at, after) if after == end else 0
    return metric


def _header(data: bytes, tag: int, at: int, end: int) -> int:
    """Where the field starts whose value is data[at:end]; 0 where tag or length are longer than they need be."""
    start = at - 1 - size_of(end - at)
    return start if data[start] == tag and varint(data, start + 1, end) == (end - at, at) else 0


def _data(metric: Metric, wire: Wire, start: int, end: int) -> None:
    starts, ends, start = wire.messages(POINTS, start, end)
    metric.starts += starts
    metric.ends += ends
    for tag, at, after in wire.fields(start, end):
        if tag == POINTS:
            metric.starts.append(at)
            metric.ends.append(after)
        elif tag == _TEMPORALITY:
            metric.temporality = varint(wire.data, at, after)[0]
        elif tag == _MONOTONIC:
            metric.monotonic = varint(wire.data, at, after)[0] != 0
