"""What metrics become: kinds, units, labels, facts, resets."""

import math
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from collectors.otlp.metrics import Metrics
from collectors.otlp.quantity import quantity
from collectors.otlp.resources import Resources
from collectors.otlp.wire import MalformedError, TooLargeError, Wire
from reinfra.model import ORIGIN_LABEL, Fact, Kind
from tests.collectors.otlp import building as make


@pytest.mark.parametrize(
    ("temporality", "monotonic", "kind"),
    [
        (make.CUMULATIVE, True, Kind.COUNTER),
        (make.CUMULATIVE, False, Kind.GAUGE),
        (make.DELTA, True, Kind.PERIOD_COUNT),
        (make.DELTA, False, Kind.PERIOD_COUNT),
    ],
)
def test_a_sum_is_what_its_temporality_says(temporality: int, monotonic: bool, kind: Kind) -> None:  # noqa: FBT001
    metric = make.total("m", make.point(), temporality=temporality, monotonic=monotonic)
    assert make.key(make.reader().read(make.metrics(metric)).batch, "m").kind is kind


@pytest.mark.parametrize(
    ("metric", "given_unit", "unit", "factor"),
    [
        ("other", "ms", "s", 1e-3),
        ("other", "%", "1", 0.01),
        ("other", "MiBy", "By", 2.0**20),
        ("other", "Cel", "Cel", 1.0),
        ("other", "furlong", "furlong", 1.0),
        ("other", "", "{unknown}", 1.0),
        ("gen_ai.client.operation.duration", "", "s", 1.0),
        ("gen_ai.client.operation.duration", "min", "s", 60.0),
        ("gen_ai.client.operation.count", "1", "{request}", 1.0),
        ("gen_ai.client.operation.duration", "By", "By", 1.0),
    ],
)
def test_a_unit_comes_into_its_base_unit_where_a_factor_is_known(
    metric: str, given_unit: str, unit: str, factor: float
) -> None:
    assert quantity(metric, given_unit) == (unit, factor)


def test_what_tells_a_resource_apart_is_labels_and_the_rest_is_facts() -> None:
    resource = {
        "host.name": "gpu-1",
        "k8s.pod.name": "p",
        "service.version": "1.2",
        "process.pid": 7,
        "process.command_line": "serve --key secret",
        "team": "ml",
        "empty": "",
        "too.long": "x" * 2_000,
    }
    also = Metrics(Resources({"site": "north", "host.name": "mine"}, ("team",)))
    received = also.read(make.metrics(make.gauge("g", make.point()), resource=resource))
    labels = dict(make.key(received.batch, "g").labels)
    assert labels == {
        "host.name": "gpu-1",
        "k8s.pod.name": "p",
        "site": "north",
        "team": "ml",
        ORIGIN_LABEL: "live",
    }
    this = (("host.name", "gpu-1"), ("k8s.pod.name", "p"), ("team", "ml"))
    assert received.report.facts == (Fact(this, "service.version", "1.2"),)


def test_facts_are_told_until_they_are_safe() -> None:
    reader = make.reader()
    raw = make.metrics(
        make.gauge("g", make.point()), resource={"host.name": "a", "service.version": "1"}
    )
    assert reader.read(raw).report.facts
    received = reader.read(raw)
    assert received.report.facts
    received.safe()
    assert not reader.read(raw).report.facts


def test_a_point_overrules_its_resource_and_nobody_the_origin() -> None:
    marked = make.point(host_name="other", reinfra_origin="forged")
    labels = dict(
        make.key(make.reader().read(make.metrics(make.gauge("g", marked))).batch, "g").labels
    )
    assert labels["host.name"] == "other"
    assert labels[ORIGIN_LABEL] == "live"


def test_simulated_samples_stay_simulated() -> None:
    marked = make.point(reinfra_origin="simulated")
    batch = make.reader().read(make.metrics(make.gauge("g", marked))).batch
    assert make.key(batch, "g").origin == "simulated"


def test_a_point_that_comes_twice_is_one_sample() -> None:
    same, other = make.point(1.0), make.point(2.0)
    received = make.reader().read(make.metrics(make.gauge("g", same, same)))
    assert len(received.batch) == 1
    assert not received.complaints.refused
    received = make.reader().read(make.metrics(make.gauge("g", same, other)))
    assert received.batch.value.tolist() == [2.0]
    assert received.complaints.refused.total() == 1


def test_what_dcgm_says_for_no_value_is_refused_and_no_level() -> None:
    """A collector that scrapes dcgm-exporter hands such numbers on."""
    many = [make.point(value, gpu=str(i)) for i, value in enumerate((41, 2**63 - 16, 2**31 - 16))]
    relayed, other = make.gauge("DCGM_FI_DEV_GPU_TEMP", *many), make.gauge("g", *many)
    received = make.reader().read(make.metrics(relayed, other))
    assert received.complaints.refused == {"a number with which DCGM says that it has none": 2}
    assert len(received.batch) == 4


def test_an_infinity_is_no_sensible_value() -> None:
    batch = make.reader().read(make.metrics(make.gauge("g", make.point(math.inf)))).batch
    assert math.isnan(batch.value[0])


@pytest.mark.parametrize(
    "metric",
    [
        make.gauge("", make.point()),
        make.gauge("a\nb", make.point()),
        make.gauge("x" * 256, make.point()),
        make.gauge("g", make.point(), unit="\x07"),
        make.total("m", make.point(), temporality=0),
    ],
)
def test_a_metric_that_cannot_be_taken_is_refused_with_its_points(metric: Metric) -> None:
    received = make.reader().read(make.metrics(metric, make.gauge("good", make.point(4.0))))
    assert received.complaints.refused.total() == 1
    assert received.batch.value.tolist() == [4.0]
    assert received.report.refused == received.complaints.refused


def test_a_resource_that_cannot_be_taken_is_refused_with_all_its_points() -> None:
    resource = {f"hw.{i}": "v" for i in range(65)}
    received = make.reader().read(
        make.metrics(make.gauge("g", make.point(), make.point(x=1)), resource=resource)
    )
    assert received.complaints.refused == {"a resource with more than 64 attributes": 2}


def started(value: float, since: int, at: int) -> bytes:
    one = make.point(value, at)
    one.start_time_unix_nano = since * make.NANOSECONDS
    return make.metrics(make.total("m", one), resource={})


def test_a_restart_above_the_last_value_is_a_reset_all_the_same() -> None:
    reader, at = make.reader(), make.AT
    reader.read(started(5, at - 9_000, at)).safe()
    batch = reader.read(started(50, at + 4_000, at + 10_000)).batch
    assert make.samples(batch) == {("m", at + 4_000): 0, ("m", at + 10_000): 50}


def test_a_reset_is_found_again_when_the_delivery_failed() -> None:
    reader, at = make.reader(), make.AT
    reader.read(started(5, at - 9_000, at)).safe()
    restarted = started(50, at + 4_000, at + 10_000)
    assert len(reader.read(restarted).batch) == 2
    received = reader.read(restarted)
    assert len(received.batch) == 2
    received.safe()
    assert len(reader.read(restarted).batch) == 1


@pytest.mark.parametrize(
    ("since", "at"),
    [
        (make.AT + 9_000, make.AT + 9_000),  # an unknown start, by the data model
        (make.AT - 9_000, make.AT + 9_000),  # the same start
        (make.AT - 5_000, make.AT + 9_000),  # a start before the last sample: clocks disagree
        (0, make.AT + 9_000),
    ],
)
def test_what_is_no_reset_adds_no_sample(since: int, at: int) -> None:
    reader = make.reader()
    reader.read(started(5, make.AT - 9_000, make.AT)).safe()
    assert len(reader.read(started(50, since, at)).batch) == 1


@pytest.mark.parametrize(
    "raw", [b"", make.metrics(), make.metrics(make.gauge("g"), Metric(name="n"), Metric())]
)
def test_an_empty_request_is_nothing(raw: bytes) -> None:
    received = make.reader().read(raw)
    assert (len(received.batch), received.items, received.complaints.sentence("x")) == (0, 0, "")


def test_memory_of_series_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.otlp.series.MOST_REMEMBERED", 200_000)
    reader = make.reader()
    for first in range(0, 1_000, 50):
        many = [make.point(float(i), id=str(i)) for i in range(first, first + 50)]
        received = reader.read(make.metrics(make.gauge("g", *many)))
        assert received.batch.value.tolist() == [float(i) for i in range(first, first + 50)]
    assert len(reader._memory.series.keys) <= 200


def test_new_series_of_one_request_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.otlp.series.MOST_REMEMBERED", 100_000)
    reader = make.reader()
    raw = make.metrics(make.gauge("g", *(make.point(1.0, id=str(i)) for i in range(500))))
    received = reader.read(raw)
    assert received.complaints.refused == {"too many new series at once": 500 - len(received.batch)}
    assert 50 < len(received.batch) < 200


def test_a_request_of_very_many_tiny_fields_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.otlp.metrics_request.Wire", lambda data: Wire(data, 1_000))
    with pytest.raises(TooLargeError):
        make.reader().read(b"\x0a\x00" * 2_000)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(MalformedError):
        make.reader().read(raw)
