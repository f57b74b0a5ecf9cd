"""Histograms, exponential histograms and summaries as series."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogramDataPoint,
    Metric,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View

from collectors.otlp.exponential import FINEST, MOST_BUCKETS
from collectors.otlp.metrics import Metrics
from reinfra.model import Batch, Kind
from tests.collectors.otlp import building as make

NANO = make.AT * make.NANOSECONDS


def histogram(
    counts: list[int],
    bounds: list[float],
    *,
    unit: str = "s",
    temporality: int = 2,
    **also: Any,  # noqa: ANN401
) -> Metric:
    given_point = {"count": sum(counts), "sum": 10.0, "start_time_unix_nano": 1, **also}
    one = make.pb.HistogramDataPoint(
        time_unix_nano=NANO, bucket_counts=counts, explicit_bounds=bounds, **given_point
    )
    data = {"data_points": [one], "aggregation_temporality": temporality}
    made: Metric = make.pb.Metric(name="t", unit=unit, histogram=data)
    return made


def exponential(point: ExponentialHistogramDataPoint, *, temporality: int = 2) -> Metric:
    data = {"data_points": [point], "aggregation_temporality": temporality}
    made: Metric = make.pb.Metric(name="t", unit="s", exponential_histogram=data)
    return made


def batch_of(metric: Metric, reader: Metrics | None = None) -> Batch:
    received = (reader or make.reader()).read(make.metrics(metric, resource={}))
    assert not received.complaints.refused
    return received.batch


def le(batch: Batch) -> dict[float, float]:
    """Cumulative counts by bound."""
    found = zip(batch.keys, batch.value.tolist(), strict=True)
    return {float(key.label("le")): value for key, value in found if key.label("le")}


def test_buckets_are_cumulative_beside_sum_and_count() -> None:
    batch = batch_of(histogram([1, 0, 2], [0.5, 2.0]))
    assert make.values(batch) == {
        't{le="0.5"}': 1,
        't{le="2.0"}': 1,
        't{le="+Inf"}': 3,
        "t.sum": 10,
        "t.count": 3,
    }
    assert [key.kind for key in batch.keys] == [Kind.HISTOGRAM] * 3 + [Kind.COUNTER] * 2
    assert [key.unit for key in batch.keys] == ["1", "1", "1", "s", "1"]


def test_bounds_and_sum_come_into_base_units() -> None:
    batch = batch_of(histogram([1, 1, 1], [7.0, 25.0], unit="ms"))
    assert make.values(batch) == {
        't{le="0.007"}': 1,
        't{le="0.025"}': 2,
        't{le="+Inf"}': 3,
        "t.sum": 0.01,
        "t.count": 3,
    }


def test_a_histogram_of_deltas_is_counts_per_period() -> None:
    batch = batch_of(histogram([1, 2], [1.0], temporality=make.DELTA))
    assert {key.kind for key in batch.keys} == {Kind.PERIOD_COUNT}


def test_a_histogram_without_buckets_has_its_sum_and_count() -> None:
    assert make.values(batch_of(histogram([], [], count=4))) == {"t.sum": 10, "t.count": 4}


def test_a_sum_that_is_missing_or_may_fall_is_left_out() -> None:
    assert "t.sum" not in make.values(batch_of(histogram([1], [], min=-1.0)))
    missing = histogram([1], [])
    missing.histogram.data_points[0].ClearField("sum")
    assert "t.sum" not in make.values(batch_of(missing))


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        (histogram([1, 1], []), "bucket counts that do not fit the bounds"),
        (histogram([1, 1, 1], [2.0, 1.0]), "bounds that do not increase"),
        (histogram([1, 1], [math.nan]), "bounds that do not increase"),
        (histogram([1, 1], [1.0], count=5), "bucket counts that do not add up to the count"),
        (histogram([0] * 1_001, [float(i) for i in range(1_000)]), "more than 1,000 buckets"),
        (histogram([1], [], temporality=0), "no aggregation temporality"),
    ],
)
def test_a_histogram_that_contradicts_itself_is_refused(metric: Metric, why: str) -> None:
    received = make.reader().read(make.metrics(metric))
    assert received.complaints.refused == {why: 1}
    assert not len(received.batch)


def test_a_histogram_that_has_ended_says_so_in_all_its_series() -> None:
    reader = make.reader()
    batch_of(histogram([1, 2], [1.0]), reader)
    gone = batch_of(histogram([], [], count=0, flags=1), reader)
    assert len(gone) == 4
    assert set(gone.value.view(np.uint64).tolist()) == {0x7FF0000000000002}


def test_a_summary_is_levels_by_quantile() -> None:
    quantiles = [{"quantile": 0.5, "value": 20.0}, {"quantile": 1.0, "value": math.nan}]
    one = make.pb.SummaryDataPoint(time_unix_nano=NANO, count=3, sum=60, quantile_values=quantiles)
    metric = make.pb.Metric(name="t", unit="ms", summary={"data_points": [one]})
    batch = batch_of(metric)
    found = make.values(batch)
    assert math.isnan(found.pop('t{quantile="1.0"}'))
    assert found == {'t{quantile="0.5"}': 0.02, "t.sum": 0.06, "t.count": 3}
    assert [key.kind for key in batch.keys] == [Kind.GAUGE] * 2 + [Kind.COUNTER] * 2


def test_a_quantile_beyond_one_is_refused() -> None:
    one = make.pb.SummaryDataPoint(
        time_unix_nano=NANO, quantile_values=[{"quantile": 99, "value": 1}]
    )
    metric = make.pb.Metric(name="t", summary={"data_points": [one]})
    received = make.reader().read(make.metrics(metric))
    assert received.complaints.refused == {"a quantile that is not between 0 and 1": 1}


def recorded(values: list[float]) -> bytes:
    """What the SDK's own exponential histogram makes of these values."""
    reader = InMemoryMetricReader()
    view = View(instrument_name="t", aggregation=ExponentialBucketHistogramAggregation())
    provider = MeterProvider([reader], views=[view], shutdown_on_exit=False)
    instrument = provider.get_meter("test").create_histogram("t", "s")
    for value in values:
        instrument.record(value)
    data = reader.get_metrics_data()
    provider.shutdown()
    assert data is not None
    return bytes(encode_metrics(data).SerializeToString())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.just(0.0) | st.floats(1e-9, 1e9) | st.floats(0.9, 1.1), min_size=1, max_size=60))
def test_an_exponential_histogram_counts_what_is_at_most_each_bound(values: list[float]) -> None:
    """The SDK's aggregation may put a value that is a bound, but for rounding, on its other side."""
    found = le(make.reader().read(recorded(values)).batch)
    column = np.array(values)
    assert found[math.inf] == column.size
    for bound, count in found.items():
        lowest = np.count_nonzero(column <= bound * (1 - 1e-9))
        highest = np.count_nonzero(column <= bound * (1 + 1e-9))
        assert lowest <= count <= highest
    assert list(found.values()) == sorted(found.values())
    assert len(found) <= MOST_BUCKETS + 3


def test_bounds_stay_while_scale_and_range_move() -> None:
    reader = make.reader()
    first = le(reader.read(recorded([1.0, 1.5])).batch)
    both = le(reader.read(recorded([0.001, 1_000.0])).batch)
    again = le(reader.read(recorded([1.0, 1.5])).batch)
    assert set(first) < set(both) == set(again)
    ratio = 2 ** (2**-FINEST)
    bounds = sorted(bound for bound in both if math.isfinite(bound) and bound > 0)
    assert np.allclose(np.diff(np.log(bounds)), math.log(ratio))


def test_negative_values_and_zeros_are_below_the_positive_ones() -> None:
    one = make.pb.ExponentialHistogramDataPoint(
        time_unix_nano=NANO,
        count=10,
        sum=-3.0,
        scale=0,
        zero_count=3,
        positive={"offset": 0, "bucket_counts": [1, 2]},  # (1, 2], (2, 4]
        negative={"offset": 1, "bucket_counts": [4]},  # [-4, -2)
    )
    batch = batch_of(exponential(one))
    assert le(batch) == {-4: 0, -2: 4, 0: 7, 1: 7, 2: 8, 4: 10, math.inf: 10}
    assert "t.sum" not in make.values(batch)


@pytest.mark.parametrize(
    "given_point",
    [
        {"count": 5, "positive": {"bucket_counts": [1]}},
        {"count": 1, "scale": -12, "positive": {"bucket_counts": [1]}},
        {"count": 2**64 - 1, "positive": {"bucket_counts": [2**64 - 1]}},
    ],
)
def test_an_exponential_histogram_that_no_numbers_make_is_refused(given_point: Any) -> None:  # noqa: ANN401
    one = make.pb.ExponentialHistogramDataPoint(time_unix_nano=NANO, **given_point)
    received = make.reader().read(make.metrics(exponential(one)))
    assert received.complaints.refused.total() == 1
    assert not len(received.batch)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(-11, 1_000),
    st.integers(-(2**31), 2**31 - 1),
    st.lists(st.integers(0, 9), max_size=400),
    st.booleans(),
)
def test_any_scale_and_offset_ends_in_few_bounds_that_add_up(
    scale: int,
    offset: int,
    counts: list[int],
    minus: bool,  # noqa: FBT001
) -> None:
    side = {"offset": offset, "bucket_counts": counts}
    one = make.pb.ExponentialHistogramDataPoint(
        time_unix_nano=NANO,
        count=sum(counts),
        scale=scale,
        **{"negative" if minus else "positive": side},
    )
    found = le(batch_of(exponential(one)))
    assert found[math.inf] == sum(counts)
    assert len(found) <= MOST_BUCKETS + 3
    assert [found[bound] for bound in sorted(found)] == sorted(found.values())
