"""Where signals are sent beside the store."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class ExportSettings(BaseModel):
    """An OTLP endpoint that gets what is collected on this machine.

    Headers, such as a token, belong into OTEL_EXPORTER_OTLP_HEADERS; certificates into
    OTEL_EXPORTER_OTLP_CERTIFICATE and its companions, as OpenTelemetry's specification names them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    endpoint: str = Field(
        "",
        description="OTLP endpoint, such as http://collector:4318 (http) or http://collector:4317 (grpc); "
        "nothing is sent if empty.",
    )
    protocol: Literal["http", "grpc"] = Field(
        "http", description="http: protobuf over HTTP. grpc: OTLP over gRPC."
    )
    interval: float = Field(
        10.0,
        ge=0.5,
        le=3600,
        description="Seconds between two exports; each has the latest value of every series.",
    )
    timeout: float = Field(
        10.0,
        gt=0,
        le=300,
        description="Seconds after which an export has failed, retries included.",
    )

    @field_validator("endpoint")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not url:
            return url
        place = urlsplit(url)
        if place.scheme not in {"http", "https"} or not place.hostname:
            raise ValueError("not an address, as in http://collector:4318")
        if place.username or place.password:
            raise ValueError("a password belongs into OTEL_EXPORTER_OTLP_HEADERS, not into the URL")
        return url
