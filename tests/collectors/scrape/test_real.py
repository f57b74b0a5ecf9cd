"""Real exporters on loopback: Prometheus' own page and prometheus_client's, in each format they have."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary
from prometheus_client.exposition import start_http_server

from collectors.scrape.collector import Scrape
from reinfra.config.sources.scrape import ScrapeSource
from reinfra.model import Kind, system_clock
from tests.collectors.scrape.loopback import Given, collected
from tests.store.peers import prometheus

FORMATS = [("text",), ("openmetrics",), ("protobuf",)]


def read(url: str, *formats: str) -> Given:
    given: dict[str, object] = {"name": "real", "url": url, "formats": formats}
    scrape = Scrape.of(ScrapeSource.model_validate(given), system_clock)
    try:
        return collected(scrape)
    finally:
        scrape.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed here: its own page is not read")
    with prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        yield f"{url}/metrics"


@pytest.mark.parametrize("formats", FORMATS)
def test_prometheus_own_page_is_read_in_every_format(server: str, formats: tuple[str, ...]) -> None:
    given = read(server, *formats)
    assert (given.error, given.report.refused) == (None, {})
    kinds = {key.metric: key.kind for key in given.samples}
    assert kinds["prometheus_tsdb_head_series"] is Kind.GAUGE
    assert kinds["prometheus_http_requests_total"] is Kind.COUNTER
    assert kinds["prometheus_http_request_duration_seconds"] is Kind.HISTOGRAM
    facts = {fact.name: fact.value for fact in given.report.facts}
    assert facts["prometheus_build.version"][:1].isdigit()


def test_the_formats_of_one_page_give_the_same_series(server: str) -> None:
    first = {formats: {key.metric for key in read(server, *formats).samples} for formats in FORMATS}
    assert len(first["text",]) > 100
    assert first["text",] == first["protobuf",] == first["openmetrics",]


@contextmanager
def client(registry: CollectorRegistry) -> Iterator[str]:
    web, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    try:
        yield f"http://127.0.0.1:{web.server_port}/metrics"
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


def filled() -> CollectorRegistry:
    """What vLLM registers, in small."""
    registry = CollectorRegistry()
    labels = ["model_name", "engine"]
    tokens = Counter("vllm:generation_tokens", "Tokens.", labels, registry=registry)
    tokens.labels("m", "0").inc(7)
    Gauge("vllm:kv_cache_usage_perc", "Cache.", labels, registry=registry).labels("m", "0").set(0.5)
    latency = Histogram("vllm:e2e_request_latency_seconds", "L.", labels, registry=registry)
    latency.labels("m", "0").observe(0.3)
    Summary("escaped", 'A "help" \\ with\nall.', ["l"], registry=registry).labels(
        'a"b\\c\nd'
    ).observe(2)
    Info("vllm:build", "Build.", registry=registry).info({"version": "0.33.0"})
    return registry


@pytest.mark.parametrize("formats", FORMATS[:2])
def test_what_prometheus_client_serves_is_read_in_each_of_its_formats(
    formats: tuple[str, ...],
) -> None:
    with client(filled()) as url:
        given = read(url, *formats)
    assert (given.error, given.report.refused) == (None, {})
    assert given.value("gen_ai.server.token.count", gen_ai__request__model="m", engine="0") == 7
    assert given.value("gen_ai.server.kv_cache.utilization") == 0.5
    assert given.value("gen_ai.server.request.duration", le="0.5") == 1
    assert given.value("escaped.sum", l='a"b\\c\nd') == 2
    assert ("vllm.build.version", "0.33.0") in {(f.name, f.value) for f in given.report.facts}
