"""Exporters on loopback: some that answer, some that misbehave in the ways that exporters do."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from collectors.base import CollectorError
from collectors.scrape.collector import Scrape
from reinfra.config.sources.scrape import ScrapeSource
from reinfra.model import Batch, Report, SeriesKey

TEXT = "text/plain; version=0.0.4"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PROTOBUF = (
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
)
NOW = 1_800_000_000_000

Talk = Callable[[socket.socket, bytes, threading.Event], None]
"""What a server does with a connection and the request's head; `stop` is set when the test is over."""


@dataclass(slots=True)
class Exporter:
    """What the next requests are answered with, and what they asked."""

    port: int
    body: bytes = b""
    status: str = "200 OK"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": TEXT})
    talk: Talk | None = None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    opened: list[Scrape] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/metrics"

    def answer(self) -> bytes:
        lines = {**self.headers, "Content-Length": str(len(self.body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status}\r\n{head}\r\n".encode() + self.body


@contextmanager
def exporter() -> Iterator[Exporter]:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = Exporter(listener.getsockname()[1])
        thread = threading.Thread(target=_listen, args=(listener, one, stop), daemon=True)
        thread.start()
        try:
            yield one
        finally:
            stop.set()
            for each in one.opened:
                each.close()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _listen(listener: socket.socket, one: Exporter, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        one.connections += 1
        threading.Thread(target=_serve, args=(connection, one, stop), daemon=True).start()


def _serve(connection: socket.socket, one: Exporter, stop: threading.Event) -> None:
    with connection:
        connection.settimeout(10)
        head = b""
        try:
            while not stop.is_set():
                while b"\r\n\r\n" not in head:
                    if not (part := connection.recv(65536)):
                        return
                    head += part
                request, _, head = head.partition(b"\r\n\r\n")
                one.requests.append(request)
                if one.talk is not None:
                    one.talk(connection, request, stop)
                    return
                connection.sendall(one.answer())
        except OSError:
            return


@dataclass(slots=True)
class Given:
    """What one collection yielded, and the error it ended with."""

    samples: dict[SeriesKey, float]
    at: dict[SeriesKey, int]
    report: Report
    error: CollectorError | None

    def value(self, metric: str, **labels: str) -> float:
        """Of the only series of this metric with these labels; a dot is written as two underscores."""
        wanted = {name.replace("__", "."): value for name, value in labels.items()}
        (found,) = (
            key
            for key in self.samples
            if key.metric == metric and all(key.label(k) == v for k, v in wanted.items())
        )
        return self.samples[found]

    def keys(self, metric: str) -> list[SeriesKey]:
        return [key for key in self.samples if key.metric == metric]


def scraper(one: Exporter, **settings: object) -> Scrape:
    return clocked(one, lambda: NOW, settings)


def clocked(one: Exporter, clock: Callable[[], int], settings: Mapping[str, object]) -> Scrape:
    given = {"name": "vllm-a", "url": one.url, "timeout": 5, **settings}
    scrape = Scrape.of(ScrapeSource.model_validate(given), clock)
    one.opened.append(scrape)
    return scrape


def collected(scrape: Scrape) -> Given:
    given = Given({}, {}, Report(), None)
    try:
        for each in scrape.collect():
            if isinstance(each, Report):
                given.report = each
            else:
                _note(given, each)
    except CollectorError as error:
        given.error = error
    return given


def _note(given: Given, batch: Batch) -> None:
    for i, at, value in zip(batch.series, batch.at.tolist(), batch.value.tolist(), strict=True):
        given.samples[batch.keys[i]] = value
        given.at[batch.keys[i]] = at
