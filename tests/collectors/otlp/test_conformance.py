"""The rules of the OTLP specification (docs/specification.md of opentelemetry-proto, commit ac2c4b5).

Each test cites the section it holds the receiver to.
"""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from collectors.base import OverloadedError
from collectors.otlp.protobuf import BadRequest, RetryInfo, Status
from collectors.otlp.server import Ports
from collectors.otlp.signals import LOGS, METRICS, SIGNALS, TRACES, Signal
from reinfra.store import StoreError
from tests.collectors.otlp import building as make
from tests.collectors.otlp.json_printing import as_otlp
from tests.collectors.otlp.receiving import JSON, PROTOBUF, Sink, call, post, receiving

GOOD = make.metrics(make.gauge("g", make.point(3.0)))
PARTLY = make.metrics(make.gauge("g", make.point(3.0), make.point(4.0, at=0, x=1)))
WARNED = make.metrics(make.gauge("g", make.point(2**53 + 1)))
EXAMPLES: dict[str, bytes] = {
    "metrics": GOOD,
    "traces": make.traces(make.span(attributes=make.attributes({"gen_ai.operation.name": "chat"}))),
    "logs": make.logs(make.event("gen_ai.user.message", {}, {"content": "hi"})),
}


@pytest.fixture(scope="module")
def sink() -> Sink:
    return Sink()


@pytest.fixture(scope="module")
def ports(sink: Sink) -> Iterator[Ports]:
    with receiving(sink, max_bytes=100_000) as found:
        yield found


@pytest.fixture(autouse=True)
def _as_new(sink: Sink) -> Iterator[None]:
    yield
    sink.before, sink.refused = Sink().before, {}
    sink.batches.clear()


def overloaded() -> None:
    raise OverloadedError("the store is busy")


def broken() -> None:
    raise StoreError("the disk is full", where="secret/path")


def failure(port: int, body: bytes, signal: Signal = METRICS) -> tuple[grpc.StatusCode, Any]:
    """The code of a failed call, and the Status in its trailers."""
    with pytest.raises(grpc.RpcError) as raised:
        call(port, body, signal)
    trailers: dict[str, Any] = dict(iter(raised.value.trailing_metadata()))  # type: ignore[arg-type]
    return raised.value.code(), Status.FromString(trailers.get("grpc-status-details-bin", b""))


# OTLP/HTTP Request


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_each_signal_has_its_default_path(ports: Ports, signal: Signal) -> None:
    assert post(ports.http, EXAMPLES[signal.name], path=f"/v1/{signal.name}").status == 200


def test_a_gzip_body_is_taken(ports: Ports, sink: Sink) -> None:
    found = post(ports.http, gzip.compress(GOOD), {"content-encoding": "gzip"})
    assert (found.status, found.body, sink.samples) == (200, b"", 1)


def test_a_body_beyond_the_limit_is_413(ports: Ports) -> None:
    """ "The server MUST limit the size of the request body ..., including after decompression"."""
    found = post(ports.http, b"\0" * 100_001)
    assert found.status == 413
    assert "100,000" in Status.FromString(found.body).message


def test_a_body_beyond_the_limit_after_decompression_is_413(ports: Ports) -> None:
    bomb = gzip.compress(b"\0" * 100_001)
    assert len(bomb) < 1_000
    assert post(ports.http, bomb, {"content-encoding": "gzip"}).status == 413


# OTLP/HTTP Response


@pytest.mark.parametrize("body", [b"", GOOD], ids=["empty", "good"])
def test_full_success_is_200_with_an_empty_message(ports: Ports, body: bytes) -> None:
    """Full Success: partial_success is unset; an empty request is a success."""
    found = post(ports.http, body)
    assert (found.status, found.headers["content-type"], found.body) == (200, PROTOBUF, b"")


def test_full_success_in_json_is_an_empty_object(ports: Ports) -> None:
    found = post(ports.http, b"{}", {"content-type": f"{JSON}; charset=utf-8"})
    assert (found.status, found.headers["content-type"], json.loads(found.body)) == (200, JSON, {})


def test_partial_success_says_how_many_were_rejected_and_why(ports: Ports, sink: Sink) -> None:
    """Partial Success: 200, rejected_data_points is set, error_message is in English."""
    found = post(ports.http, PARTLY)
    partial = METRICS.response.FromString(found.body).partial_success
    assert found.status == 200
    assert partial.rejected_data_points == 1
    assert partial.error_message == "data points refused: 1 no time (such as 'g')"
    assert sink.samples == 1


NO_TIMES = make.span(0, 0, attributes=make.attributes({"gen_ai.operation.name": "chat"}))


@pytest.mark.parametrize(
    ("signal", "body", "name"),
    [
        (TRACES, make.traces(NO_TIMES), "rejectedSpans"),
        (LOGS, make.logs(make.event("gen_ai.choice", {}, at=0)), "rejectedLogRecords"),
    ],
    ids=["traces", "logs"],
)
def test_partial_success_counts_under_the_name_of_its_signal(
    ports: Ports, signal: Signal, body: bytes, name: str
) -> None:
    found = json.loads(
        post(ports.http, json_of(signal, body), {"content-type": JSON}, path=signal.path).body
    )
    assert found["partialSuccess"][name] == "1"


def test_samples_that_the_store_refuses_are_rejected(ports: Ports, sink: Sink) -> None:
    sink.refused = {"far in the future": 1}
    partial = METRICS.response.FromString(post(ports.http, GOOD).body).partial_success
    assert partial.rejected_data_points == 1
    assert "far in the future" in partial.error_message


def test_no_more_is_rejected_than_came(ports: Ports, sink: Sink) -> None:
    sink.refused = {"too many series": 17}
    partial = METRICS.response.FromString(post(ports.http, GOOD).body).partial_success
    assert partial.rejected_data_points == 1


def test_a_warning_is_a_partial_success_that_rejects_nothing(ports: Ports, sink: Sink) -> None:
    """Partial Success: "the rejected_<signal> field MUST have a value of 0, and the error_message
    field MUST be non-empty"."""
    partial = METRICS.response.FromString(post(ports.http, WARNED).body).partial_success
    assert partial.rejected_data_points == 0
    assert "2^53" in partial.error_message
    assert sink.samples == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\x0a\xff", {}),
        (GOOD[:-3], {}),
        (b"\0" * 1_000, {}),
        (b"not gzip", {"content-encoding": "gzip"}),
        (gzip.compress(GOOD, mtime=0)[:-5], {"content-encoding": "gzip"}),
        (b"{", {"content-type": JSON}),
        (b"[]", {"content-type": JSON}),
        (b'{"resourceMetrics": 7}', {"content-type": JSON}),
        (b"\xff", {"content-type": JSON}),
    ],
)
def test_bad_data_is_400_with_a_bad_request(
    ports: Ports, sink: Sink, body: bytes, headers: dict[str, str]
) -> None:
    """Bad Data: 400, Status.details "SHOULD contain a BadRequest that describes the bad data"."""
    found = post(ports.http, body, headers)
    assert found.status == 400
    assert not sink.batches
    wanted = headers.get("content-type", PROTOBUF)
    assert found.headers["content-type"] == wanted
    if wanted == JSON:
        (detail,) = json.loads(found.body)["details"]
        assert detail["fieldViolations"][0]["description"]
    else:
        details = BadRequest()
        assert Status.FromString(found.body).details[0].Unpack(details)
        assert details.field_violations[0].description


@pytest.mark.parametrize("before", [overloaded, broken])
def test_what_is_not_safe_is_503_with_retry_after(ports: Ports, sink: Sink, before: Any) -> None:  # noqa: ANN401
    """OTLP/HTTP Throttling, Retryable Response Codes. What the store says of its place stays here."""
    sink.before = before
    found = post(ports.http, GOOD)
    assert (found.status, found.headers["retry-after"]) == (503, "2")
    said = Status.FromString(found.body)
    info = RetryInfo()
    assert said.details[0].Unpack(info)
    assert info.retry_delay.seconds == 2
    assert "secret" not in said.message


@pytest.mark.parametrize(
    ("status", "how"),
    [
        (404, {"path": "/v1/profiles"}),
        (404, {"path": "/"}),
        (405, {"method": "GET"}),
        (405, {"method": "PUT"}),
        (415, {"headers": {"content-type": "text/plain"}}),
        (415, {"headers": {"content-type": ""}}),
        (415, {"headers": {"content-encoding": "zstd"}}),
    ],
)
def test_every_failure_carries_a_status_message(ports: Ports, status: int, how: Any) -> None:  # noqa: ANN401
    """Failures: "The response body for all HTTP 4xx and HTTP 5xx responses MUST be a ... Status"."""
    found = post(ports.http, GOOD, **how)
    assert found.status == status
    if found.headers["content-type"] == JSON:
        assert json.loads(found.body)["message"]
    else:
        assert Status.FromString(found.body).message
    if status == 405:
        assert found.headers["allow"] == "POST"


# JSON Protobuf Encoding


def json_of(signal: Signal, raw: bytes) -> bytes:
    return json.dumps(as_otlp(signal.request.FromString(raw))).encode()


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_json_and_protobuf_are_taken_on_one_port_and_mean_the_same(
    ports: Ports, sink: Sink, signal: Signal
) -> None:
    """OTLP/HTTP Connection."""
    body = EXAMPLES[signal.name]
    for given, kind in ((body, PROTOBUF), (json_of(signal, body), JSON)):
        assert post(ports.http, given, {"content-type": kind}, path=signal.path).status == 200
    seen = [make.values(batch) for batch in sink.batches]
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]


# OTLP/gRPC Response


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_grpc_full_success_leaves_partial_success_unset(ports: Ports, signal: Signal) -> None:
    assert call(ports.grpc, EXAMPLES[signal.name], signal) == b""
    assert call(ports.grpc, b"", signal) == b""


def test_grpc_takes_gzip(ports: Ports, sink: Sink) -> None:
    call(ports.grpc, GOOD, compression=grpc.Compression.Gzip)
    assert sink.samples == 1


def test_grpc_partial_success(ports: Ports) -> None:
    partial = METRICS.response.FromString(call(ports.grpc, PARTLY)).partial_success
    assert partial.rejected_data_points == 1
    assert partial.error_message


def test_grpc_bad_data_is_invalid_argument_with_a_bad_request(ports: Ports) -> None:
    """Failures: "the server is recommended to use code InvalidArgument"."""
    code, said = failure(ports.grpc, b"\x0a\xff")
    details = BadRequest()
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert said.details[0].Unpack(details)


@pytest.mark.parametrize("before", [overloaded, broken])
def test_grpc_what_is_not_safe_is_unavailable_with_retry_info(
    ports: Ports,
    sink: Sink,
    before: Any,  # noqa: ANN401
) -> None:
    """OTLP/gRPC Throttling."""
    sink.before = before
    code, said = failure(ports.grpc, GOOD)
    info = RetryInfo()
    assert code is grpc.StatusCode.UNAVAILABLE
    assert said.details[0].Unpack(info)
    assert info.retry_delay.seconds == 2


def test_grpc_a_message_beyond_the_limit_is_exhausted_and_not_to_be_retried(ports: Ports) -> None:
    """OTLP/gRPC Request: "MUST report a RESOURCE_EXHAUSTED code as a non-retryable error"."""
    code, said = failure(ports.grpc, b"\0" * 100_001)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not said.details


def test_grpc_an_unknown_service_is_unimplemented(ports: Ports) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{ports.grpc}") as channel:
        export = channel.unary_unary("/opentelemetry.Profiles/Export", None, None)
        with pytest.raises(grpc.RpcError) as raised:
            export(b"", timeout=20)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED
