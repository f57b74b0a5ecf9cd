from collections.abc import Iterable

import pytest
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    InMemoryMetricReader,
    MetricReader,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

from collectors.base import CollectorError
from collectors.otel_reader import BatchExporter, to_batch
from reinfra.model import Batch, Kind, Origin
from tests.collectors.recordings import key_where, value

DELTA: dict[type, AggregationTemporality] = {
    Counter: AggregationTemporality.DELTA,
    Histogram: AggregationTemporality.DELTA,
}


def provider(reader: MetricReader, *views: View) -> MeterProvider:
    resource = Resource({"host.name": "h", "service.name": "from the resource"})
    return MeterProvider([reader], resource, shutdown_on_exit=False, views=views)


def measured(reader: InMemoryMetricReader) -> Batch:
    with_sdk = provider(reader)
    meter = with_sdk.get_meter("test")
    meter.create_counter("requests", "{request}").add(3, {"service.name": "from the point"})
    meter.create_up_down_counter("in.flight").add(-2)
    meter.create_observable_gauge("queue", [_queue], "s")
    histogram = meter.create_histogram(
        "latency", "s", explicit_bucket_boundaries_advisory=[0.1, 5.0]
    )
    for seconds in (0.05, 0.07, 3.0, 60.0):
        histogram.record(seconds)
    batch = to_batch(reader.get_metrics_data(), Origin.LIVE, at=9)
    with_sdk.shutdown()
    return batch


def _queue(_: CallbackOptions) -> Iterable[Observation]:
    yield Observation(0.5, {"flag": True, "parts": ["a", "b"]})


def test_each_instrument_becomes_its_kind() -> None:
    batch = measured(InMemoryMetricReader())
    assert key_where(batch, "requests").kind is Kind.COUNTER
    assert key_where(batch, "requests").unit == "{request}"
    assert (value(batch, "in.flight"), key_where(batch, "in.flight").kind) == (-2.0, Kind.GAUGE)
    assert (value(batch, "queue"), key_where(batch, "queue").kind) == (0.5, Kind.GAUGE)
    assert set(batch.at.tolist()) == {9}


def test_delta_counts_are_counts_per_period() -> None:
    batch = measured(InMemoryMetricReader(preferred_temporality=DELTA))
    assert key_where(batch, "requests").kind is Kind.PERIOD_COUNT
    assert key_where(batch, "latency.count").kind is Kind.PERIOD_COUNT


def test_a_histogram_becomes_cumulative_buckets_beside_its_sum_and_count() -> None:
    batch = measured(InMemoryMetricReader())
    buckets = [value(batch, "latency", {"le": le}) for le in ("0.1", "5.0", "+Inf")]
    assert buckets == [2.0, 3.0, 4.0]
    assert key_where(batch, "latency", {"le": "+Inf"}).kind is Kind.HISTOGRAM
    assert value(batch, "latency.sum") == pytest.approx(63.12)
    assert value(batch, "latency.count") == 4.0
    assert key_where(batch, "latency.sum").unit == "s"


def test_a_point_overrules_the_resource_and_neither_overrules_the_origin() -> None:
    batch = measured(InMemoryMetricReader())
    assert key_where(batch, "requests").label("service.name") == "from the point"
    assert key_where(batch, "in.flight").label("service.name") == "from the resource"
    assert all(key.label("host.name") == "h" for key in batch.keys)
    assert key_where(batch, "queue").label("flag") == "true"
    assert key_where(batch, "queue").label("parts") == "a,b"
    assert all(key.origin is Origin.LIVE for key in batch.keys)


def test_an_attribute_cannot_pass_for_an_origin() -> None:
    reader = InMemoryMetricReader()
    sdk = provider(reader)
    sdk.get_meter("test").create_counter("n").add(1, {"reinfra.origin": "live"})
    (key,) = to_batch(reader.get_metrics_data(), Origin.SIMULATED).keys
    assert key.origin is Origin.SIMULATED
    sdk.shutdown()


def test_nothing_measured_is_an_empty_batch() -> None:
    assert len(to_batch(None, Origin.LIVE)) == 0


def test_a_periodic_reader_exports_batches_with_the_times_of_the_sdk() -> None:
    written: list[Batch] = []
    sdk = provider(PeriodicExportingMetricReader(BatchExporter(written.append)))
    sdk.get_meter("test").create_counter("n").add(2)
    assert sdk.force_flush()
    sdk.shutdown()
    assert value(written[0], "n") == 2.0
    assert written[0].at[0] > 1_700_000_000_000


def test_an_exponential_histogram_is_refused() -> None:
    reader = InMemoryMetricReader()
    view = View(instrument_name="*", aggregation=ExponentialBucketHistogramAggregation())
    sdk = provider(reader, view)
    sdk.get_meter("test").create_histogram("latency").record(1.0)
    with pytest.raises(CollectorError, match="latency: exponential histograms are not read"):
        to_batch(reader.get_metrics_data(), Origin.LIVE)
    sdk.shutdown()
