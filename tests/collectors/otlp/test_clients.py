"""OpenTelemetry's own SDK and exporters as clients, over HTTP and gRPC."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from collectors.base import OverloadedError
from collectors.otlp.server import Ports
from reinfra.model import Kind
from tests.collectors.otlp.receiving import Sink, receiving

RESOURCE = Resource({"service.name": "chat", "service.version": "1.2"})
Exporter = Callable[[Ports], Any]

METRICS: list[Exporter] = [
    lambda ports: HttpMetrics(f"http://127.0.0.1:{ports.http}/v1/metrics"),
    lambda ports: HttpMetrics(
        f"http://127.0.0.1:{ports.http}/v1/metrics", compression=Compression.Gzip
    ),
    lambda ports: GrpcMetrics(f"127.0.0.1:{ports.grpc}", insecure=True),
    lambda ports: GrpcMetrics(
        f"127.0.0.1:{ports.grpc}", insecure=True, compression=grpc.Compression.Gzip
    ),
]
SPANS: list[Exporter] = [
    lambda ports: HttpSpans(f"http://127.0.0.1:{ports.http}/v1/traces"),
    lambda ports: GrpcSpans(f"127.0.0.1:{ports.grpc}", insecure=True),
]
LOGS: list[Exporter] = [
    lambda ports: HttpLogs(f"http://127.0.0.1:{ports.http}/v1/logs"),
    lambda ports: GrpcLogs(f"127.0.0.1:{ports.grpc}", insecure=True),
]
each_way = ["http", "grpc"]


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def ports(sink: Sink) -> Iterator[Ports]:
    with receiving(sink) as found:
        yield found


def send_metrics(exporter: Any) -> bool:  # noqa: ANN401
    """One export of a counter, a gauge and a histogram; whether it succeeded."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], RESOURCE, shutdown_on_exit=False)
    meter = provider.get_meter("test")
    meter.create_counter("requests", "{request}").add(5, {"model": "m"})
    meter.create_gauge("queue.time", "ms").set(250)
    meter.create_histogram("size", "By").record(7)
    try:
        return bool(exporter.export(reader.get_metrics_data()) is MetricExportResult.SUCCESS)
    finally:
        exporter.shutdown()
        provider.shutdown()


@pytest.mark.parametrize("exporter", METRICS, ids=["http", "http-gzip", "grpc", "grpc-gzip"])
def test_metrics_of_the_sdk_arrive(sink: Sink, ports: Ports, exporter: Exporter) -> None:
    assert send_metrics(exporter(ports))
    (batch,) = sink.batches
    found = {key.metric: (key.kind, key.unit) for key in batch.keys}
    assert found["requests"] == (Kind.COUNTER, "{request}")
    assert found["queue.time"] == (Kind.GAUGE, "s")
    assert found["size"] == (Kind.HISTOGRAM, "1")
    assert found["size.sum"] == (Kind.COUNTER, "By")
    assert 0.25 in batch.value.tolist()
    facts = {fact.name: fact.value for fact in sink.reports[0].facts}
    assert facts["service.version"] == "1.2"


@pytest.mark.parametrize("exporter", SPANS, ids=each_way)
def test_gen_ai_spans_of_the_sdk_arrive(sink: Sink, ports: Ports, exporter: Exporter) -> None:
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter(ports)))
    with provider.get_tracer("test").start_as_current_span("chat m") as span:
        span.set_attribute("gen_ai.operation.name", "chat")
        span.set_attribute("gen_ai.usage.output_tokens", 12)
        span.set_attribute("gen_ai.output.messages", '[{"role": "assistant", "content": "Hi."}]')
    provider.shutdown()
    metrics = {key.metric for batch in sink.batches for key in batch.keys}
    assert "gen_ai.client.operation.duration" in metrics
    assert [one.output for report in sink.reports for one in report.answers] == ["Hi."]


@pytest.mark.parametrize("exporter", LOGS, ids=each_way)
def test_evaluation_events_of_the_sdk_arrive(sink: Sink, ports: Ports, exporter: Exporter) -> None:
    provider = LoggerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter(ports)))
    provider.get_logger("test").emit(
        event_name="gen_ai.evaluation.result",
        severity_number=SeverityNumber.INFO,
        attributes={
            "gen_ai.evaluation.name": "Relevance",
            "gen_ai.evaluation.score.value": 4.0,
            "gen_ai.evaluation.score.label": "pass",
            "gen_ai.response.id": "r1",
        },
    )
    provider.shutdown()
    (grade,) = (one for report in sink.reports for one in report.answers)
    assert (grade.id, grade.scorer, grade.score) == ("r1", "Relevance", 4.0)
    assert {key.metric for batch in sink.batches for key in batch.keys} == {
        "reinfra.quality.successes",
        "reinfra.quality.trials",
    }


@pytest.mark.parametrize("exporter", [METRICS[0], METRICS[2]], ids=each_way)
def test_an_exporter_that_is_told_to_come_again_does_and_nothing_is_lost(
    sink: Sink, ports: Ports, exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.otlp.replies.RETRY_SECONDS", 0.1)
    monkeypatch.setattr("collectors.otlp.http.RETRY_SECONDS", 0.1)
    told = iter([True, True])  # the report, and the same again

    def busy() -> None:
        if next(told, False):
            raise OverloadedError("the store is busy")

    sink.before = busy
    assert send_metrics(exporter(ports))
    assert len(sink.batches) == 1


def test_a_token_lets_in_who_has_it(monkeypatch: pytest.MonkeyPatch, sink: Sink) -> None:
    monkeypatch.setenv("THE_TOKEN", "s3cret")
    right, wrong = {"authorization": "Bearer s3cret"}, {"authorization": "Bearer other"}
    with receiving(sink, token_env="THE_TOKEN") as ports:  # noqa: S106 - a variable's name
        url, target = f"http://127.0.0.1:{ports.http}/v1/metrics", f"127.0.0.1:{ports.grpc}"
        assert not send_metrics(HttpMetrics(url))
        assert not send_metrics(HttpMetrics(url, headers=wrong))
        assert not send_metrics(GrpcMetrics(target, insecure=True, headers=wrong))
        assert not sink.batches
        assert send_metrics(HttpMetrics(url, headers=right))
        assert send_metrics(GrpcMetrics(target, insecure=True, headers=right))
    assert len(sink.batches) == 2


def test_both_ports_speak_tls(tmp_path: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # requests would go by them instead
        monkeypatch.delenv(name, raising=False)
    cert, key = certificate(tmp_path)
    with receiving(sink, tls_cert=str(cert), tls_key=str(key)) as ports:
        url = f"https://localhost:{ports.http}/v1/metrics"
        assert send_metrics(HttpMetrics(url, certificate_file=str(cert)))
        credentials = grpc.ssl_channel_credentials(cert.read_bytes())
        assert send_metrics(GrpcMetrics(f"localhost:{ports.grpc}", credentials=credentials))
    assert len(sink.batches) == 2


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(pem))
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return cert_file, key_file
