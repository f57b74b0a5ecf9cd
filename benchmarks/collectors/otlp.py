"""OTLP metrics over loopback: a client in another process, the receiver in this one, with and without a store."""

import http.client
import multiprocessing
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc

from benchmarks.results import cores, table
from collectors.otlp.metrics import Metrics
from collectors.otlp.receiver import Otlp
from collectors.otlp.resources import Resources
from collectors.otlp.server import Ports
from collectors.otlp.signals import METRICS
from reinfra.collect.writer import Writer
from reinfra.config.sources import OtlpSource
from reinfra.model import Batch, Origin, Report, system_clock
from reinfra.store import open_store

HEAD = """## OTLP received

Requests of 10,000 data points (21 hosts, 60 metrics of 8 GPUs each, 4 attributes, 1.2 MB of protobuf), sent by a
process of its own over two connections, on the same {cores} cores. *As before*: each request is built as the one
before and only times differ, which is what an SDK sends at every interval. *Regrouped*: the same series in
another order each time. *Per CPU second* is what one core of the receiver takes, whatever else runs; *decoding*
is its share of the receiver's CPU time, the rest is reading the body, answering, and storing where that is said.
The figure to hold is 200,000 points per second."""

POINTS = 10_000
_CONNECTIONS = 2
_WARM, _COUNTED = 4, 30
_GPUS, _METRICS = 8, 60
_SECOND = 1_000_000_000
_STEP = 10 * _SECOND


@dataclass(frozen=True, slots=True)
class Run:
    """One row: how requests are built and sent, and whether they are stored."""

    name: str
    orders: int = 1
    over: str = "http"
    stored: bool = False


RUNS = (
    Run("HTTP, as before"),
    Run("HTTP, regrouped", orders=12),
    Run("gRPC, as before", over="grpc"),
    Run("HTTP, as before, into SQLite", stored=True),
)


def run() -> Iterator[str]:
    yield HEAD.format(cores=cores())
    rows = [_row(each) for each in RUNS]
    columns = ("requests", "points/s", "points/s per CPU second", "µs CPU per point", "decoding")
    yield table(columns, rows)
    yield _beside_protobuf()


def _row(each: Run) -> tuple[str, ...]:
    if each.stored:
        with TemporaryDirectory() as folder:
            wall, cpu = _measured(each, folder)
    else:
        wall, cpu = _measured(each, "")
    points = _CONNECTIONS * _COUNTED * POINTS
    decoding = _decoding(bodies(each.orders, max(3, each.orders)))
    figures = f"{points / wall:,.0f}", f"{points / cpu:,.0f}", f"{1e6 * cpu / points:.2f}"
    return each.name, *figures, f"{decoding / (cpu / points):.0%}"


def _measured(each: Run, folder: str) -> tuple[float, float]:
    """Wall and CPU seconds of the receiver for the counted requests."""
    store = open_store(f"sqlite:///{Path(folder) / 'b.db'}", create=True) if folder else None
    write = Writer(store).deliver("otlp", Origin.LIVE) if store else None
    counted = 0

    def deliver(given: Batch | Report) -> Mapping[str, int]:
        nonlocal counted
        if isinstance(given, Report):
            return {}
        refused = write(given) if write else {}
        counted += len(given)
        return refused

    receiver = Otlp.of(OtlpSource(http="127.0.0.1:0", grpc="127.0.0.1:0"), system_clock)
    ports = receiver.listen(deliver)
    context = multiprocessing.get_context("spawn")
    turn = context.Barrier(2)
    client = context.Process(target=_client, args=(each, ports, turn))
    client.start()
    turn.wait()  # it is warm
    wall, cpu = time.perf_counter(), time.process_time()
    turn.wait()
    turn.wait()  # it is done
    took = time.perf_counter() - wall, time.process_time() - cpu
    client.join()
    receiver.stop()
    if store:
        store.engine.dispose()
    if counted != _CONNECTIONS * (_WARM + _COUNTED) * POINTS:
        raise AssertionError(f"{counted} points arrived")
    return took


def _client(each: Run, ports: Ports, turn: Barrier) -> None:
    """Sends the warm requests, then at the turn the counted ones, each connection half of them."""
    made = bodies(each.orders, _CONNECTIONS * (_WARM + _COUNTED))
    warm = _CONNECTIONS * _WARM
    _send(each, ports, made[:warm])
    turn.wait()
    turn.wait()
    _send(each, ports, made[warm:])
    turn.wait()


def _send(each: Run, ports: Ports, made: Sequence[bytes]) -> None:
    to = _over_http if each.over == "http" else _over_grpc
    port = ports.http if each.over == "http" else ports.grpc
    shares = [made[start::_CONNECTIONS] for start in range(_CONNECTIONS)]
    threads = [threading.Thread(target=to, args=(port, share)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _over_http(port: int, made: Sequence[bytes]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for body in made:
        while not _taken(
            connection, body
        ):  # as an exporter does: the first 10,000 series take a while
            time.sleep(1)
    connection.close()


def _taken(connection: http.client.HTTPConnection, body: bytes) -> bool:
    connection.request("POST", METRICS.path, body, {"content-type": "application/x-protobuf"})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        return False
    if answer.status != http.HTTPStatus.OK or said:
        raise AssertionError(f"answered {answer.status}")
    return True


def _over_grpc(port: int, made: Sequence[bytes]) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        export = channel.unary_unary(f"/{METRICS.service}/Export", None, None)
        for body in made:
            if export(body):
                raise AssertionError("not taken whole")


def bodies(orders: int, count: int) -> list[bytes]:
    """Requests at ten seconds' distance; their metrics take turns in so many orders."""
    now = time.time_ns() // _SECOND * _SECOND - count * _STEP
    kinds = [_request(now, order) for order in range(orders)]
    old = struct.pack("<Q", now)
    return [
        kinds[i % orders].replace(old, struct.pack("<Q", now + i * _STEP)) for i in range(count)
    ]


def _request(at: int, order: int) -> bytes:
    request, left, host = METRICS.request(), POINTS, 0
    while left > 0:
        one = request.resource_metrics.add()
        for name, text in (("host.name", f"gpu-{host:03}"), ("service.name", "gpu-agent")):
            one.resource.attributes.add(key=name).value.string_value = text
        scope = one.scope_metrics.add()
        for place in range(_METRICS):
            number = (place + 7 * order) % _METRICS
            left -= _metric(scope.metrics.add(), number, at, max(0, min(_GPUS, left)))
        host += 1
    return bytes(request.SerializeToString())


def _metric(metric: "METRICS.request", number: int, at: int, count: int) -> int:  # type: ignore[name-defined]
    """A gauge, or every third time a counter; the number of its points."""
    metric.name, metric.unit = f"hw.gpu.metric{number}", "1"
    data = metric.gauge
    if number % 3 == 0:
        data = metric.sum
        data.aggregation_temporality, data.is_monotonic = 2, True
    for gpu in range(count):
        point = data.data_points.add(time_unix_nano=at, as_double=number + gpu / 7)
        if number % 3 == 0:
            point.start_time_unix_nano = at - 3_600 * _SECOND
        texts = (f"GPU-{gpu}", "gpu", "NVIDIA H100 80GB HBM3", f"0000:{gpu:02x}:00.0")
        for name, text in zip(("hw.id", "hw.type", "hw.name", "pci.bus"), texts, strict=True):
            point.attributes.add(key=name).value.string_value = text
    return count


def _decoding(made: Sequence[bytes]) -> float:
    """CPU seconds per point from a request's bytes to its batch, once everything in it is known."""
    reader = Metrics(Resources({}))
    for body in made:
        reader.read(body).safe()
    begin = time.process_time()
    for body in made:
        reader.read(body).safe()
    return (time.process_time() - begin) / (len(made) * POINTS)


def _beside_protobuf() -> str:
    """Decoding alone, in the same process and minute."""
    body = _request(time.time_ns(), 0)
    begin = time.process_time()
    points = _walked(body)
    walked = (time.process_time() - begin) / points
    same = _decoding([body] * 4)
    other = _decoding(bodies(12, 12))
    return (
        f"Decoding alone, in CPU time per point: {1e6 * walked:.1f} µs by walking protobuf's own objects (time, "
        f"value, attributes as a tuple; no series looked up), {1e6 * other:.1f} µs here regrouped "
        f"({walked / other:.1f} times faster), {1e6 * same:.2f} µs as before ({walked / same:.0f} times)."
    )


def _walked(body: bytes) -> int:
    points = 0
    for resource in METRICS.request.FromString(body).resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                data = metric.gauge if metric.HasField("gauge") else metric.sum
                for point in data.data_points:
                    tuple((one.key, one.value.string_value) for one in point.attributes)
                    _ = point.time_unix_nano, point.as_double
                    points += 1
    return points
