"""Real servers with samples in them, and collectors that read them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from collectors.prometheus.collector import Prometheus
from reinfra.config.sources.prometheus import PrometheusSource
from reinfra.model import HOUR, MINUTE, Batch, Page, Report, SeriesKey, system_clock
from reinfra.store.prompb import labels_of, time_series
from tests.store import peers

NOW = system_clock() // HOUR * HOUR - HOUR
"""Servers refuse samples that are too old for them, so the tests' present is not far from the real one."""

Answer = Callable[[httpx.Request], httpx.Response]
Values = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(slots=True)
class Server:
    """Takes samples by remote write. Times of two tests of one server must not meet: each has a metric."""

    url: str
    client: httpx.Client

    def put(self, labels: dict[str, str], at: Sequence[int], values: Sequence[float]) -> None:
        import pyarrow as pa

        series = labels_of(dict(sorted(labels.items())))
        body = time_series(series, np.array(at, np.int64), np.array(values, np.float64))
        headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
        compressed = pa.compress(body, codec="snappy", asbytes=True)
        answer = self.client.post(self.url + "/api/v1/write", content=compressed, headers=headers)
        assert answer.is_success, answer.text
        self.client.get(f"{self.url}/internal/force_flush")  # VictoriaMetrics' own; else a 404


@pytest.fixture(scope="package")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with peers.prometheus(tmp_path_factory.mktemp("prometheus")) as url, _client() as client:
        yield Server(url, client)


@pytest.fixture(scope="package")
def victoria_metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with peers.victoria_metrics(tmp_path_factory.mktemp("victoria")) as url, _client() as client:
        yield Server(url, client)


@pytest.fixture(params=["prometheus", "victoria_metrics"])
def server(request: pytest.FixtureRequest) -> Server:
    """The test runs once on each."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Server)
    return found


def source(url: str, transport: httpx.BaseTransport | None = None, **given: object) -> Prometheus:
    """A collector whose present is NOW, and which waits for nothing that comes late."""
    settings = PrometheusSource.model_validate({"url": url, "delay": 0, **given})
    return Prometheus.of(settings, lambda: NOW, transport or httpx.HTTPTransport())


def taken(one: Prometheus, cursor: str | None = None) -> tuple[list[Report], list[Page]]:
    try:
        found = list(one.resume(cursor))
    finally:
        one.close()
    reports = [each for each in found if isinstance(each, Report)]
    return reports, [each for each in found if isinstance(each, Page)]


def by_series(pages: list[Page]) -> dict[SeriesKey, Values]:
    """Times and values of each series, in order of time."""
    whole = Batch.concat([page.batch for page in pages])
    found = {}
    for i, key in enumerate(whole.keys):
        mine = whole.series == i
        order = np.argsort(whole.at[mine], kind="stable")
        found[key] = whole.at[mine][order], whole.value[mine][order]
    return found


def _client() -> httpx.Client:
    return httpx.Client(transport=httpx.HTTPTransport())


def every(seconds: int, span: int = 10 * MINUTE) -> list[int]:
    """Times up to NOW that fall on no whole second."""
    return list(range(NOW - span + 7, NOW, seconds * 1000))
