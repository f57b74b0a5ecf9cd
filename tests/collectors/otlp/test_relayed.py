"""What a collector scraped and hands on over OTLP is the series that scraping gives."""

from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as Grpc
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as Http
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from collectors.exposition import Grammar, Reader
from collectors.otlp.server import Ports
from collectors.scrape.dialects import spoken
from collectors.scrape.meaning import Identity, Meanings
from collectors.scrape.plan import plan
from reinfra.model import Batch, Kind, Origin
from tests.collectors.otlp.building import AT, NANOSECONDS
from tests.collectors.otlp.receiving import Sink, receiving

GPU = 'gpu="0",UUID="GPU-1",device="nvidia0",modelName="H100",DCGM_FI_DRIVER_VERSION="580.95"'
MODEL = 'model_name="llama",engine="0"'
DEVICES = f"""# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{{{GPU}}} 40
# TYPE DCGM_FI_DEV_XID_ERRORS gauge
DCGM_FI_DEV_XID_ERRORS{{{GPU}}} 31
# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{{{GPU}}} 7000
# TYPE neuroncore_utilization_ratio gauge
neuroncore_utilization_ratio{{neuroncore="3",instance_id="node-1"}} 0.5
"""
SERVICE = f"""# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{{{MODEL}}} 2
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{{{MODEL}}} 5
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{{{MODEL},le="0.5"}} 1
vllm:time_to_first_token_seconds_bucket{{{MODEL},le="+Inf"}} 1
vllm:time_to_first_token_seconds_sum{{{MODEL}}} 0.2
vllm:time_to_first_token_seconds_count{{{MODEL}}} 1
"""
CUMULATIVE = AggregationTemporality.CUMULATIVE
WAYS: dict[str, Callable[[Ports], Any]] = {
    "http": lambda ports: Http(f"http://127.0.0.1:{ports.http}/v1/metrics"),
    "grpc": lambda ports: Grpc(f"127.0.0.1:{ports.grpc}", insecure=True),
}


def scraped(page: str, labels: dict[str, str]) -> Batch:
    read = Reader().read(page.encode(), Grammar.TEXT)
    identity = Identity("vllm", "a:1", "node-1", labels, Origin.LIVE)
    meanings = Meanings(identity, spoken({point.name for point in read.points}))
    return plan(read.points, meanings, {}).batch(read, AT, {})


def handed_on(page: str) -> MetricsData:
    """As the Prometheus receiver of the OpenTelemetry Collector makes it of a page."""
    metrics: list[Metric] = []
    at = AT * NANOSECONDS
    for point, value in zip(*_lines(page), strict=True):
        name, own = point.name, dict(point.labels)
        if name.endswith(("_bucket", "_sum", "_count")):
            continue
        one = NumberDataPoint(own, 0, at, value)
        counts = point.family.type == "counter"
        data = Sum([one], CUMULATIVE, True) if counts else Gauge([one])  # noqa: FBT003
        metrics.append(Metric(name, "", "", data))
    if "vllm" in page:
        own = {"model_name": "llama", "engine": "0"}
        buckets = HistogramDataPoint(own, 0, at, 1, 0.2, [1, 0], [0.5], 0.1, 0.1)
        name = "vllm:time_to_first_token_seconds"
        metrics.append(Metric(name, "", "s", Histogram([buckets], CUMULATIVE)))
    named = {"service.name": "vllm", "service.instance.id": "a:1", "host.name": "node-1"}
    scope = ScopeMetrics(InstrumentationScope("prometheusreceiver"), metrics, "")
    return MetricsData([ResourceMetrics(Resource(named), [scope], "")])


def _lines(page: str) -> tuple[Any, Any]:
    read = Reader().read(page.encode(), Grammar.TEXT)
    return read.points, read.value.tolist()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("page", "labels"), [(DEVICES, {}), (SERVICE, {"host.name": "node-1"})], ids=["gpu", "vllm"]
)
def test_what_is_handed_on_is_the_series_that_scraping_gives(
    way: str, page: str, labels: dict[str, str]
) -> None:
    sink = Sink()
    with receiving(sink) as ports:
        exporter = WAYS[way](ports)
        assert exporter.export(handed_on(page)) is MetricExportResult.SUCCESS
        exporter.shutdown()
    (relayed,) = sink.batches
    assert _said(relayed) == _said(scraped(page, labels))
    if page is DEVICES:
        facts = {fact.name: fact.value for report in sink.reports for fact in report.facts}
        assert facts["nvidia.driver.version"] == "580.95"


def _said(batch: Batch) -> dict[Any, tuple[Kind, str, float]]:
    values = dict(zip(batch.series.tolist(), batch.value.tolist(), strict=True))
    return {key: (key.kind, key.unit, values[i]) for i, key in enumerate(batch.keys)}
