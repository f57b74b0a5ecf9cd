"""A receiver that listens on this machine, and what it was given."""

import http.client
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc

from collectors.otlp.receiver import Otlp
from collectors.otlp.server import Ports
from collectors.otlp.signals import METRICS, Signal
from reinfra.config.sources import OtlpSource
from reinfra.model import Batch, Report, system_clock

PROTOBUF, JSON = "application/x-protobuf", "application/json"


@dataclass(slots=True)
class Sink:
    """Keeps what is delivered; `before` may raise, or wait, before it does."""

    before: Callable[[], None] = lambda: None
    refused: Mapping[str, int] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    def deliver(self, given: Batch | Report) -> Mapping[str, int]:
        self.before()
        if isinstance(given, Report):
            self.reports.append(given)
            return {}
        self.batches.append(given)
        return self.refused

    @property
    def samples(self) -> int:
        return sum(len(batch) for batch in self.batches)


class Delivering(Protocol):
    def deliver(self, given: Batch | Report) -> Mapping[str, int]: ...


@contextmanager
def receiving(sink: Delivering, **settings: Any) -> Iterator[Ports]:  # noqa: ANN401
    """Ports of a receiver that is stopped afterwards."""
    anywhere = {"http": "127.0.0.1:0", "grpc": "127.0.0.1:0", "timeout": 5.0}
    receiver = Otlp.of(OtlpSource(**{**anywhere, **settings}), system_clock)
    try:
        yield receiver.listen(sink.deliver)
    finally:
        receiver.stop()


@dataclass(frozen=True, slots=True)
class Answered:
    """`headers` by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def post(
    port: int,
    body: bytes | Iterable[bytes],
    headers: Mapping[str, str] | None = None,
    *,
    path: str = METRICS.path,
    method: str = "POST",
) -> Answered:
    """One HTTP request, in protobuf unless the headers say otherwise; several parts are sent chunked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, {"content-type": PROTOBUF, **(headers or {})})
        found = connection.getresponse()
        named = {name.lower(): value for name, value in found.getheaders()}
        return Answered(found.status, named, found.read())
    finally:
        connection.close()


def call(
    port: int,
    body: bytes,
    signal: Signal = METRICS,
    metadata: tuple[tuple[str, str], ...] = (),
    compression: grpc.Compression = grpc.Compression.NoCompression,
) -> bytes:
    """One gRPC request. Raises grpc.RpcError."""
    options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        export = channel.unary_unary(f"/{signal.service}/Export", None, None)
        return bytes(export(body, timeout=20, metadata=metadata, compression=compression))
