"""OpenTelemetry metrics as batches: what an SDK reader hands out, in our columns.

A monotonic sum is a counter (cumulative) or a count per period (delta), any other sum a gauge, a
histogram its buckets by `le` (cumulative, as in Prometheus) beside `.sum` and `.count`. Resource
attributes become labels; a point's own attribute wins over the resource's of the same name.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

import numpy as np
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    ExponentialHistogram,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    Sum,
)

from collectors.base import CollectorError
from reinfra.model import ORIGIN_LABEL, Batch, Kind, Origin, SeriesKey

_NANOSECONDS = 1_000_000  # in a millisecond

_Sample = tuple[SeriesKey, int, float]


class BatchExporter(MetricExporter):
    """Hands every export on to `write`, as a batch: `PeriodicExportingMetricReader(BatchExporter(...))`."""

    def __init__(self, write: Callable[[Batch], None], origin: Origin = Origin.LIVE) -> None:
        super().__init__()
        self._write, self._origin = write, origin

    def export(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,  # noqa: ARG002  (the SDK's signature)
        **_: object,
    ) -> MetricExportResult:
        self._write(to_batch(metrics_data, self._origin))
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:  # noqa: ARG002
        return True

    def shutdown(self, timeout_millis: float = 30_000, **_: object) -> None:
        """Nothing is kept here, so there is nothing to let go."""


def to_batch(data: MetricsData | None, origin: Origin, at: int | None = None) -> Batch:
    """All data points; `at` replaces the SDK's own times where the caller holds the clock.

    Raises CollectorError for exponential histograms, whose buckets have no `le`.
    """
    samples = list(_samples(data, {ORIGIN_LABEL: origin.value})) if data else []
    times = [time if at is None else at for _, time, _ in samples]
    batch = Batch(
        tuple(key for key, _, _ in samples),
        np.arange(len(samples), dtype=np.int32),
        np.array(times, np.int64),
        np.array([value for _, _, value in samples], np.float64),
    )
    return Batch.concat([batch])  # a key that two scopes share is named once


def _samples(data: MetricsData, marks: Mapping[str, str]) -> Iterator[_Sample]:
    for resource in data.resource_metrics:
        labels = {**_texts(resource.resource.attributes), **marks}
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                yield from _of_metric(metric, labels)


def _of_metric(metric: Metric, labels: Mapping[str, str]) -> Iterator[_Sample]:
    match metric.data:
        case Sum() as total:
            kind = _kind_of_sum(total)
            for point in total.data_points:
                yield _number(metric, kind, point, labels)
        case Gauge() as gauge:
            for point in gauge.data_points:
                yield _number(metric, Kind.GAUGE, point, labels)
        case Histogram() as histogram:
            delta = histogram.aggregation_temporality is AggregationTemporality.DELTA
            for buckets in histogram.data_points:
                yield from _buckets(metric, buckets, labels, delta=delta)
        case ExponentialHistogram():
            raise CollectorError("exponential histograms are not read", where=metric.name)


def _kind_of_sum(total: Sum) -> Kind:
    if not total.is_monotonic:
        return Kind.GAUGE
    delta = total.aggregation_temporality is AggregationTemporality.DELTA
    return Kind.PERIOD_COUNT if delta else Kind.COUNTER


def _number(
    metric: Metric, kind: Kind, point: NumberDataPoint, labels: Mapping[str, str]
) -> _Sample:
    key = SeriesKey.of(
        metric.name, {**_texts(point.attributes), **_kept(labels, point)}, kind, _unit(metric)
    )
    return key, point.time_unix_nano // _NANOSECONDS, float(point.value)


def _buckets(
    metric: Metric, point: HistogramDataPoint, labels: Mapping[str, str], *, delta: bool
) -> Iterator[_Sample]:
    at = point.time_unix_nano // _NANOSECONDS
    own = {**_texts(point.attributes), **_kept(labels, point)}
    bucket_kind = Kind.PERIOD_COUNT if delta else Kind.HISTOGRAM
    total_kind = Kind.PERIOD_COUNT if delta else Kind.COUNTER
    bounds = [*(repr(float(bound)) for bound in point.explicit_bounds), "+Inf"]
    for le, count in zip(bounds, accumulate(point.bucket_counts), strict=True):
        yield SeriesKey.of(metric.name, {**own, "le": le}, bucket_kind, "1"), at, float(count)
    yield SeriesKey.of(f"{metric.name}.sum", own, total_kind, _unit(metric)), at, float(point.sum)
    yield SeriesKey.of(f"{metric.name}.count", own, total_kind, "1"), at, float(point.count)


def _kept(labels: Mapping[str, str], point: NumberDataPoint | HistogramDataPoint) -> dict[str, str]:
    """The resource's labels that the point does not say itself; the origin is never overruled."""
    own = point.attributes or {}
    return {k: v for k, v in labels.items() if k == ORIGIN_LABEL or k not in own}


def _texts(attributes: Mapping[str, object] | None) -> dict[str, str]:
    return {name: _text(value) for name, value in (attributes or {}).items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(_text(item) for item in value)
    return str(value)


def _unit(metric: Metric) -> str:
    return metric.unit or "1"
