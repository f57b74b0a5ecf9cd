"""Verdicts as `gen_ai.evaluation.result` events over OTLP logs, tied to the traces they are about.

Attributes as in OpenTelemetry's gen-ai-events.md (v1.41.0): name, score and label of the evaluation, and the id of
the response.
"""

from collections.abc import Sequence

from opentelemetry._logs import LogRecord
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import NonRecordingSpan, SpanContext, set_span_in_context

from reinfra.config.export import ExportSettings
from reinfra.store.judging import Row

EVENT = "gen_ai.evaluation.result"
_PATH = "/v1/logs"
_QUEUE = 2_048


def send(replies: Sequence[Row], settings: ExportSettings, now: int) -> bool:
    """Whether the endpoint took them in time. Texts of answers are in none of them."""
    provider = LoggerProvider(Resource.create({"service.name": "reinfra"}), shutdown_on_exit=False)
    exporter = _exporter(settings)
    waits = int(settings.timeout * 1_000)
    provider.add_log_record_processor(
        BatchLogRecordProcessor(exporter, export_timeout_millis=waits, max_queue_size=_QUEUE)
    )
    logger = provider.get_logger("reinfra.judge")
    sent = True
    for number, row in enumerate(replies, 1):
        logger.emit(_record(row, now))
        if number % (_QUEUE // 2) == 0:
            sent &= provider.force_flush(waits)
    sent &= provider.force_flush(waits)
    provider.shutdown()
    return sent


def _record(row: Row, now: int) -> LogRecord:
    attributes: dict[str, str | float] = {
        "gen_ai.evaluation.name": f"{row['rubric']} {row['judge']}",
        "gen_ai.response.id": row["item"],
    }
    if row["score"] is None:
        attributes["error.type"] = row["status"]
    else:
        attributes["gen_ai.evaluation.score.value"] = row["score"]
        attributes["gen_ai.evaluation.score.label"] = row["label"]
    return LogRecord(
        timestamp=now * 1_000_000,
        event_name=EVENT,
        attributes=attributes,
        context=_place(row),
    )


def _place(row: Row) -> Context:
    trace_id, span_id = _number(row["trace_id"]), _number(row["span_id"])
    return set_span_in_context(NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=True)))


def _number(hexadecimal: str) -> int:
    """0, which is no id, where it is no hexadecimal number."""
    try:
        return int(hexadecimal or "0", 16)
    except ValueError:
        return 0


def _exporter(settings: ExportSettings) -> LogRecordExporter:
    if settings.protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import (
            OTLPLogExporter as OverGrpc,
        )

        insecure = settings.endpoint.startswith("http://")
        return OverGrpc(settings.endpoint, insecure=insecure, timeout=settings.timeout)
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter

    endpoint = settings.endpoint.rstrip("/").removesuffix("/v1/metrics")
    endpoint = endpoint if endpoint.endswith(_PATH) else endpoint + _PATH
    return OTLPLogExporter(endpoint, timeout=settings.timeout)
