"""What clients can do wrong, and what must be true nevertheless."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import psutil
import pytest

from collectors.base import CollectorError
from collectors.otlp.body import inflated
from collectors.otlp.receiver import Otlp
from collectors.otlp.wire import MalformedError, TooLargeError
from reinfra.config.sources import OtlpSource
from reinfra.model import system_clock
from tests.collectors.otlp import building as make
from tests.collectors.otlp.receiving import JSON, Sink, call, post, receiving

MEBIBYTE = 2**20
GOOD = make.metrics(make.gauge("g", make.point(3.0)))


@pytest.fixture
def sink() -> Sink:
    return Sink()


def memory() -> int:
    return int(psutil.Process().memory_info().rss)


def numbered(number: int) -> bytes:
    return make.metrics(make.gauge("g", make.point(float(number), id=str(number))))


@pytest.mark.parametrize("way", ["http", "grpc"])
def test_a_flood_is_told_to_come_again_and_nothing_acknowledged_is_lost(
    sink: Sink, way: str
) -> None:
    enough = threading.Semaphore(0)

    def wait() -> None:
        assert enough.acquire(timeout=20)

    sink.before = wait
    with receiving(sink, max_concurrent=4) as ports:

        def send(number: int) -> float | None:
            try:
                if way == "grpc":
                    call(ports.grpc, numbered(number))
                    return float(number)
                status = post(ports.http, numbered(number)).status
            except grpc.RpcError as error:
                assert error.code() is grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - or acknowledged
                enough.release(100)
                return None
            if status == 503:
                enough.release(100)
            return float(number) if status == 200 else None

        with ThreadPoolExecutor(12) as pool:
            acknowledged = {one for one in pool.map(send, range(24)) if one is not None}
    stored = {value for batch in sink.batches for value in batch.value.tolist()}
    assert 0 < len(acknowledged) < 24
    assert acknowledged <= stored


def test_a_slow_client_delays_no_other_and_is_told_to_come_again(sink: Sink) -> None:
    with (
        receiving(sink, timeout=0.5, max_concurrent=1) as ports,
        socket.create_connection(("127.0.0.1", ports.http), timeout=20) as slow,
    ):
        head = "POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        slow.sendall(f"{head}Content-Length: 1000\r\n\r\nab".encode())
        assert post(ports.http, GOOD).status == 200
        answer = slow.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 2" in answer.lower()
    assert sink.samples == 1


def test_a_client_that_leaves_in_the_middle_leaves_nothing(sink: Sink) -> None:
    with receiving(sink) as ports:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", ports.http), timeout=20) as gone:
                gone.sendall(b"POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")
        assert post(ports.http, GOOD).status == 200
    assert sink.samples == 1


def test_bodies_in_flight_are_bounded_together(sink: Sink) -> None:
    """Four of the largest size may be on their way; the fifth is told to come again."""
    size = 1_000_000
    head = (
        "POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        f"Content-Length: {size}\r\n\r\n"
    )
    with receiving(sink, max_bytes=size) as ports:
        many = [socket.create_connection(("127.0.0.1", ports.http), timeout=20) for _ in range(5)]
        try:
            for one in many:
                one.sendall(head.encode() + b"\0" * (size - 1))
            deadline = time.monotonic() + 4
            answers = b""
            while not answers and time.monotonic() < deadline:
                for one in many:
                    one.settimeout(0.05)
                    try:
                        answers += one.recv(1_000)
                    except TimeoutError:
                        continue
        finally:
            for one in many:
                one.close()
        assert answers.startswith(b"HTTP/1.1 503 ")


def test_a_hundred_megabytes_are_refused_and_not_held(sink: Sink) -> None:
    body = b"\0" * (100 * MEBIBYTE)
    with receiving(sink, max_bytes=MEBIBYTE) as ports:
        before = memory()
        assert post(ports.http, body).status == 413
        assert post(ports.http, iter([body] * 2)).status == 413
        assert memory() - before < 60 * MEBIBYTE
        with pytest.raises(grpc.RpcError):  # its client copies the body, in this very process
            call(ports.grpc, body)
        assert post(ports.http, GOOD).status == 200


@pytest.mark.parametrize("way", ["http", "grpc"])
def test_a_gzip_bomb_is_refused_and_not_unpacked(sink: Sink, way: str) -> None:
    with receiving(sink, max_bytes=MEBIBYTE) as ports:
        before = memory()
        if way == "http":
            bomb = gzip.compress(b"\0" * (256 * MEBIBYTE), 9)
            before = memory()
            assert len(bomb) < MEBIBYTE
            assert post(ports.http, bomb, {"content-encoding": "gzip"}).status == 413
        else:
            with pytest.raises(grpc.RpcError) as raised:
                call(ports.grpc, b"\0" * (64 * MEBIBYTE), compression=grpc.Compression.Gzip)
            assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert memory() - before < 100 * MEBIBYTE


def nested(depth: int) -> bytes:
    """A request whose only attribute is a list in a list in a list."""
    value = '{"arrayValue":{"values":[' * depth + "]}}" * depth
    resource = f'{{"attributes":[{{"key":"k","value":{value}}}]}}'
    return f'{{"resourceMetrics":[{{"resource":{resource}}}]}}'.encode()


def test_json_that_nests_without_end_is_refused(sink: Sink) -> None:
    with receiving(sink) as ports:
        for depth, status in ((5, 200), (60, 400), (5_000, 400), (500_000, 400)):
            assert post(ports.http, nested(depth), {"content-type": JSON}).status == status


def test_what_is_open_is_answered_when_it_stops(sink: Sink) -> None:
    arrived, go = threading.Event(), threading.Event()

    def wait() -> None:
        arrived.set()
        assert go.wait(20)

    sink.before = wait
    receiver = Otlp.of(OtlpSource(http="127.0.0.1:0", grpc="127.0.0.1:0"), system_clock)
    ports = receiver.listen(sink.deliver)
    with ThreadPoolExecutor(3) as pool:
        over_http = pool.submit(post, ports.http, GOOD)
        assert arrived.wait(20)
        arrived.clear()
        over_grpc = pool.submit(call, ports.grpc, GOOD)
        assert arrived.wait(20)
        stopping = pool.submit(receiver.stop)
        go.set()
        assert over_http.result(20).status == 200
        assert over_grpc.result(20) == b""
        stopping.result(20)
    assert sink.samples == 2
    with pytest.raises(OSError, match="refused"):
        post(ports.http, GOOD)


def test_an_address_in_use_is_said(sink: Sink) -> None:
    with receiving(sink) as ports:
        for one in ({"http": f"127.0.0.1:{ports.http}"}, {"grpc": f"127.0.0.1:{ports.grpc}"}):
            settings = OtlpSource(**{"http": "127.0.0.1:0", "grpc": "127.0.0.1:0", **one})
            with pytest.raises(CollectorError, match="cannot be listened on"):
                Otlp.of(settings, system_clock).start(sink.deliver)
        assert post(ports.http, GOOD).status == 200


def test_a_certificate_that_is_none_is_said(sink: Sink) -> None:
    settings = OtlpSource(http="127.0.0.1:0", tls_cert="no.pem", tls_key="no.key")
    with pytest.raises(CollectorError, match="cannot be used for TLS"):
        Otlp.of(settings, system_clock).start(sink.deliver)


def test_stopping_twice_or_before_the_start_is_nothing(sink: Sink) -> None:
    receiver = Otlp.of(OtlpSource(http="127.0.0.1:0", grpc=""), system_clock)
    receiver.stop()
    receiver.start(sink.deliver)
    receiver.stop()
    receiver.stop()


def test_gzip_of_several_members_is_all_of_them() -> None:
    raw = gzip.compress(b"a" * 10) + gzip.compress(b"b" * 10)
    assert inflated(raw, "gzip", 20) == b"a" * 10 + b"b" * 10
    with pytest.raises(TooLargeError):
        inflated(raw, "gzip", 19)
    with pytest.raises(MalformedError):
        inflated(raw + b"x", "gzip", 100)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [one for one in set(threading.enumerate()) - before if not one.daemon]
    assert not left
