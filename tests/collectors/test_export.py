import gzip
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import numpy as np
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import (
    MetricsServiceServicer,
    add_MetricsServiceServicer_to_server,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, Metric
from opentelemetry.sdk.metrics.export import (
    MetricExporter,
    MetricExportResult,
    MetricsData,
)
from pydantic import ValidationError

from collectors.base import key_of
from collectors.export import Exporting, exporting
from collectors.host import Host
from collectors.latest import Latest
from collectors.otel_reader import to_batch
from reinfra.config.export import ExportSettings
from reinfra.model import Batch, Kind, Origin, SeriesKey
from tests.collectors.recordings import key_where, value
from tests.collectors.serving import Answer, Request, service

RESOURCE = {"host.name": "h", "cloud.provider": "aws"}


class Kept(MetricExporter):
    """Keeps what it is given; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__()
        self.given: list[MetricsData] = []
        self.failures, self.closed = failures, False

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: object
    ) -> MetricExportResult:
        del timeout_millis
        if self.failures:
            self.failures -= 1
            return MetricExportResult.FAILURE
        self.given.append(metrics_data)
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return timeout_millis > 0

    def shutdown(self, timeout_millis: float = 30_000, **_: object) -> None:
        self.closed = timeout_millis > 0


def exported(*batches: Batch) -> Batch:
    """What comes out of the SDK's side, read back."""
    kept = Kept()
    sender = Exporting(kept, lambda: {"host.name": "h"}, interval=60)
    for batch in batches:
        sender.take(batch)
    assert sender.flush()
    return to_batch(kept.given[0] if kept.given else None, Origin.LIVE)


def key(metric: str, kind: Kind = Kind.GAUGE, **labels: str) -> SeriesKey:
    return SeriesKey.of(metric, {"host.name": "h", "reinfra.origin": "live", **labels}, kind, "s")


def one(of: SeriesKey, at: int, number: float) -> Batch:
    return Batch.at_instant(at, [(of, number)])


@contextmanager
def http() -> Iterator[tuple[str, list[ExportMetricsServiceRequest], list[str]]]:
    """An OTLP receiver of HTTP: its address, what came, and the paths it came to."""
    came: list[ExportMetricsServiceRequest] = []
    paths: list[str] = []

    def answer(asked: Request) -> Answer:
        paths.append(asked.path)
        came.append(ExportMetricsServiceRequest.FromString(gzip.decompress(asked.body)))
        return 200, ExportMetricsServiceResponse().SerializeToString()

    with service(answer) as address:
        yield address, came, paths


class Receiver(MetricsServiceServicer):
    def __init__(self) -> None:
        self.came: list[ExportMetricsServiceRequest] = []

    def Export(  # noqa: N802 - the service's name
        self, request: ExportMetricsServiceRequest, context: grpc.ServicerContext
    ) -> ExportMetricsServiceResponse:
        del context
        self.came.append(request)
        return ExportMetricsServiceResponse()


def metrics(request: ExportMetricsServiceRequest) -> dict[str, Metric]:
    (resource,) = request.resource_metrics
    return {metric.name: metric for metric in resource.scope_metrics[0].metrics}


def send(endpoint: str, protocol: str) -> None:
    settings = ExportSettings.model_validate({"endpoint": endpoint, "protocol": protocol})
    sender = exporting(settings, lambda: RESOURCE)
    sender.take(one(key("a.level", device="0"), 1_000, 0.5))
    sender.take(one(key("a.count", Kind.PERIOD_COUNT), 2_000, 3.0))
    assert sender.flush()
    sender.close()


def check(request: ExportMetricsServiceRequest) -> None:
    found = metrics(request)
    (level,) = found["a.level"].gauge.data_points
    assert (level.time_unix_nano, level.as_double) == (1_000_000_000, 0.5)
    assert {a.key: a.value.string_value for a in level.attributes}["device"] == "0"
    assert found["a.count"].sum.aggregation_temporality == (
        AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
    )
    resource = request.resource_metrics[0].resource
    assert {a.key: a.value.string_value for a in resource.attributes} == RESOURCE


def test_a_receiver_of_http_gets_samples_at_their_own_times() -> None:
    with http() as (address, came, paths):
        send(address, "http")
    check(came[0])
    assert paths == ["/v1/metrics"]


def test_a_receiver_of_grpc_gets_the_same() -> None:
    receiver = Receiver()
    server = grpc.server(ThreadPoolExecutor(1))
    add_MetricsServiceServicer_to_server(receiver, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        send(f"http://127.0.0.1:{port}", "grpc")
    finally:
        server.stop(0).wait()
    check(receiver.came[0])


def test_what_an_endpoint_refused_is_sent_again() -> None:
    said = [400, 200]
    with service(lambda _: (said.pop(0), b"")) as address:
        settings = ExportSettings(endpoint=address, timeout=2.0)
        sender = exporting(settings, lambda: RESOURCE)
        sender.take(one(key("a"), 1, 1.0))
        assert not sender.flush()
        assert sender.failed == 1
        sender.close()
    assert said == []


def test_host_signals_come_out_as_they_went_in() -> None:
    (batch,) = Host(host="h").collect()
    assert isinstance(batch, Batch)
    back = exported(batch)
    assert sorted(map(str, back.keys)) == sorted(map(str, batch.keys))
    for each in batch.keys:
        labels = dict(each.labels)
        assert key_where(back, each.metric, labels).kind is each.kind
        assert value(back, each.metric, labels) == value(batch, each.metric, labels)


def test_what_the_resource_says_no_point_repeats() -> None:
    kept = Kept()
    sender = Exporting(kept, lambda: RESOURCE, interval=60)
    sender.take(one(key("a"), 1, 1.0))
    sender.flush()
    (point,) = kept.given[0].resource_metrics[0].scope_metrics[0].metrics[0].data.data_points
    assert point.attributes == {"reinfra.origin": "live"}


def starts(kind: Kind, *samples: tuple[int, float]) -> list[int]:
    """The start times, in milliseconds, of these samples of one series."""
    kept = Kept()
    sender = Exporting(kept, dict, interval=60)
    for at, number in samples:
        sender.take(one(key("a", kind), at, number))
        sender.flush()
    metrics = [each.resource_metrics[0].scope_metrics[0].metrics[0] for each in kept.given]
    points = [point for metric in metrics for point in metric.data.data_points]
    return [point.start_time_unix_nano // 1_000_000 for point in points]


def test_a_counter_starts_where_it_was_first_seen_and_anew_where_it_fell() -> None:
    assert starts(Kind.COUNTER, (1, 5.0), (2, 6.0), (3, 1.0), (4, 2.0)) == [1, 1, 2, 2]


def test_a_count_of_a_period_starts_at_the_sample_before() -> None:
    assert starts(Kind.PERIOD_COUNT, (1, 5.0), (2, 6.0), (4, 1.0)) == [1, 1, 2]


def test_a_level_has_no_start() -> None:
    assert starts(Kind.GAUGE, (1, 5.0), (2, 6.0)) == [0, 0]


def test_what_says_nothing_is_not_sent() -> None:
    bucket = key("a", Kind.HISTOGRAM, le="1.0")
    nothing = Batch(
        (key("b"), bucket), np.array([0, 1], np.int32), np.array([1, 1]), np.array([np.nan, 1.0])
    )
    assert len(exported(nothing)) == 0


def test_a_latched_code_is_a_level_and_not_a_sum() -> None:
    xid = key_of("hw.gpu.xid", {"host.name": "h"}, Origin.LIVE)
    assert key_where(exported(one(xid, 1, 79.0)), "hw.gpu.xid").kind is Kind.GAUGE


def test_of_a_level_the_newest_is_sent_and_counts_of_periods_add_up() -> None:
    level, count, total = key("a"), key("b", Kind.PERIOD_COUNT), key("c", Kind.COUNTER)
    out = exported(
        *(one(each, at, at) for each in (level, count, total) for at in (1, 3, 2)),
    )
    assert [value(out, name) for name in "abc"] == [3.0, 6.0, 3.0]
    assert set(out.at.tolist()) == {3}


def test_what_failed_is_sent_with_the_next_and_no_count_is_lost() -> None:
    kept = Kept(failures=1)
    sender = Exporting(kept, dict, interval=60)
    for each in (key("a"), key("b", Kind.PERIOD_COUNT), key("only.once")):
        sender.take(one(each, 1, 1.0))
    assert not sender.flush()
    for each in (key("a"), key("b", Kind.PERIOD_COUNT)):
        sender.take(one(each, 2, 2.0))
    assert sender.flush()
    out = to_batch(kept.given[0], Origin.LIVE)
    assert [value(out, name) for name in ("a", "b", "only.once")] == [2.0, 3.0, 1.0]
    assert (sender.failed, sender.flush(), len(kept.given)) == (1, True, 1)


def test_series_beyond_the_limit_are_refused_and_counted() -> None:
    latest = Latest(most_series=2)
    for name in "abc":
        latest.put(one(key(name), 1, 1.0))
    latest.put(one(key("a"), 2, 5.0))
    assert ([each.metric for each, _, _ in latest.take()], latest.refused) == (["a", "b"], 1)


def test_many_series_are_several_requests() -> None:
    kept = Kept()
    sender = Exporting(kept, dict, interval=60)
    sender.take(Batch.at_instant(1, [(key(f"m{n}"), 1.0) for n in range(4_500)]))
    assert sender.flush()
    assert [len(to_batch(each, Origin.LIVE)) for each in kept.given] == [2_000, 2_000, 500]


def test_it_sends_by_itself_and_sends_the_rest_when_closed() -> None:
    sent = threading.Event()

    class Telling(Kept):
        def export(
            self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: object
        ) -> MetricExportResult:
            sent.set()
            return super().export(metrics_data, timeout_millis)

    kept = Telling()
    sender = Exporting(kept, dict, interval=0.01)
    sender.start()
    sender.take(one(key("a"), 1, 1.0))
    assert sent.wait(20)
    sender.close()
    assert kept.closed
    late = Exporting(Kept(), dict, interval=60)
    late.start()
    late.take(one(key("a"), 1, 1.0))
    late.close()
    assert isinstance(late._exporter, Kept)
    assert len(late._exporter.given) == 1


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("collector:4317", "not an address"),
        ("ftp://collector", "not an address"),
        ("http://user:secret@collector:4318", "OTEL_EXPORTER_OTLP_HEADERS"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(endpoint: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ExportSettings(endpoint=endpoint)
