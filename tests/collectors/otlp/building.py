"""Requests as a client would build them."""

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, NumberDataPoint
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collectors.otlp.metrics import Metrics
from collectors.otlp.resources import Resources
from reinfra.model import Batch, SeriesKey

pb: Any = metrics_pb2
"""Untyped: a message may be given as a dict of its fields, which the stubs do not know."""
_spans: Any = trace_pb2
_common: Any = common_pb2

AT = 1_760_000_000_000
"""In ms."""
SECOND = 1_000_000_000
NANOSECONDS = 1_000_000
DELTA, CUMULATIVE = 1, 2
RESOURCE = {"service.name": "chat", "host.name": "gpu-1"}


_FIELDS = {bool: "bool_value", int: "int_value", float: "double_value", bytes: "bytes_value"}


def any_value(value: object) -> AnyValue:
    field, given = _FIELDS.get(type(value), "string_value"), value
    if isinstance(value, list):
        field, given = "array_value", {"values": [any_value(one) for one in value]}
    if isinstance(value, dict):
        field, given = "kvlist_value", {"values": attributes(value)}
    made: AnyValue = _common.AnyValue(**{field: given})
    return made


def attributes(given: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=name, value=any_value(value)) for name, value in given.items()]


def point(value: float | None = 1.0, at: int = AT, **labels: object) -> NumberDataPoint:
    """A value at `at` (ms)."""
    named = {name.replace("_", "."): label for name, label in labels.items()}
    made = NumberDataPoint(time_unix_nano=at * NANOSECONDS, attributes=attributes(named))
    if isinstance(value, int):
        made.as_int = value
    elif value is not None:
        made.as_double = value
    return made


def gauge(name: str, *points: NumberDataPoint, unit: str = "1") -> Metric:
    made: Metric = pb.Metric(name=name, unit=unit, gauge={"data_points": points})
    return made


def total(
    name: str, *points: NumberDataPoint, temporality: int = CUMULATIVE, monotonic: bool = True
) -> Metric:
    data = {
        "data_points": points,
        "aggregation_temporality": temporality,
        "is_monotonic": monotonic,
    }
    made: Metric = pb.Metric(name=name, unit="1", sum=data)
    return made


def metrics(*given: Metric, resource: dict[str, Any] | None = None) -> bytes:
    request = ExportMetricsServiceRequest()
    one = request.resource_metrics.add()
    one.resource.attributes.extend(attributes(RESOURCE if resource is None else resource))
    one.scope_metrics.add().metrics.extend(given)
    return bytes(request.SerializeToString())


def span(start: int = AT, seconds: float = 2.0, *, name: str = "chat m", **fields: object) -> Span:
    """A gen_ai span that starts at `start` (ms)."""
    begin = start * NANOSECONDS
    given = {"trace_id": b"t" * 16, "span_id": b"s" * 8, **fields}
    end = begin + int(seconds * SECOND)
    made: Span = _spans.Span(name=name, start_time_unix_nano=begin, end_time_unix_nano=end, **given)
    return made


def traces(*spans: Span, resource: dict[str, Any] | None = None) -> bytes:
    request = ExportTraceServiceRequest()
    one = request.resource_spans.add()
    one.resource.attributes.extend(attributes(RESOURCE if resource is None else resource))
    one.scope_spans.add().spans.extend(spans)
    return bytes(request.SerializeToString())


def event(name: str, given: dict[str, Any], body: object = None, at: int = AT) -> LogRecord:
    made = LogRecord(
        event_name=name,
        time_unix_nano=at * NANOSECONDS,
        attributes=attributes(given),
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
    )
    if body is not None:
        made.body.CopyFrom(any_value(body))
    return made


def logs(*records: LogRecord) -> bytes:
    request = ExportLogsServiceRequest()
    one = request.resource_logs.add()
    one.resource.attributes.extend(attributes(RESOURCE))
    one.scope_logs.add().log_records.extend(records)
    return bytes(request.SerializeToString())


def reader(**labels: str) -> Metrics:
    return Metrics(Resources(labels))


def samples(batch: Batch) -> dict[tuple[str, int], float]:
    """Values by series, as it is written in messages, and time."""
    columns = zip(batch.series.tolist(), batch.at.tolist(), batch.value.tolist(), strict=True)
    return {(str(batch.keys[series]), at): value for series, at, value in columns}


def values(batch: Batch) -> dict[str, float]:
    """The one value of each series."""
    return {series: value for (series, _), value in samples(batch).items()}


def key(batch: Batch, metric: str) -> SeriesKey:
    """The key of the only series of this metric."""
    (found,) = {one for one in batch.keys if one.metric == metric}
    return found
