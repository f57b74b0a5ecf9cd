"""What a metrics request of numbers says, read in the plain way: by protobuf's objects, point for point."""

import math
from collections.abc import Iterator

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from reinfra.model import Kind

Sample = tuple[str, tuple[tuple[str, str], ...], Kind, int, float | str]
"""Metric, attributes of the point, kind, time in ms and value; STALE and NaN as words, to be compared."""

STALE = "stale"


def plainly(raw: bytes) -> Iterator[Sample]:
    request = ExportMetricsServiceRequest.FromString(raw)
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                data = getattr(metric, metric.WhichOneof("data"))
                for point in data.data_points:
                    value = _value(point)
                    if value is None or not point.time_unix_nano:
                        continue
                    labels = {one.key: one.value.string_value for one in point.attributes}
                    pairs = tuple(sorted((name, text) for name, text in labels.items() if text))
                    yield (
                        metric.name,
                        pairs,
                        _kind(metric),
                        point.time_unix_nano // 1_000_000,
                        value,
                    )


def comparable(value: float) -> float | str:
    return "nan" if math.isnan(value) or math.isinf(value) else value


def _value(point: object) -> float | str | None:
    if point.flags & 1:  # type: ignore[attr-defined]
        return STALE
    kind = point.WhichOneof("value")  # type: ignore[attr-defined]
    return None if kind is None else comparable(float(getattr(point, kind)))


def _kind(metric: object) -> Kind:
    if metric.WhichOneof("data") == "gauge":  # type: ignore[attr-defined]
        return Kind.GAUGE
    total = metric.sum  # type: ignore[attr-defined]
    if total.aggregation_temporality == 1:
        return Kind.PERIOD_COUNT
    return Kind.COUNTER if total.is_monotonic else Kind.GAUGE
