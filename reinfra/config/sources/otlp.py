from typing import Literal

from reinfra.config.sources.base import SourceSettings


class OtlpSource(SourceSettings):
    """Listens for OpenTelemetry metrics, gen_ai spans and evaluation events."""

    collector: Literal["otlp"] = "otlp"
