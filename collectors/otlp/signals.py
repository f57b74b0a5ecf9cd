"""The three signals: their messages, paths and services, and what their responses call what was refused."""

from dataclasses import dataclass

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

from collectors.otlp.protobuf import Message


@dataclass(frozen=True, slots=True)
class Signal:
    """`rejected` is the response's field that counts what was refused, `things` what those are called."""

    name: str
    request: type[Message]
    response: type[Message]
    service: str
    rejected: str
    things: str

    @property
    def path(self) -> str:
        return f"/v1/{self.name}"


_SERVICE = "opentelemetry.proto.collector.{}Service"

METRICS = Signal(
    "metrics",
    metrics.ExportMetricsServiceRequest,
    metrics.ExportMetricsServiceResponse,
    _SERVICE.format("metrics.v1.Metrics"),
    "rejected_data_points",
    "data points",
)
TRACES = Signal(
    "traces",
    traces.ExportTraceServiceRequest,
    traces.ExportTraceServiceResponse,
    _SERVICE.format("trace.v1.Trace"),
    "rejected_spans",
    "spans",
)
LOGS = Signal(
    "logs",
    logs.ExportLogsServiceRequest,
    logs.ExportLogsServiceResponse,
    _SERVICE.format("logs.v1.Logs"),
    "rejected_log_records",
    "log records",
)
SIGNALS = (METRICS, TRACES, LOGS)
