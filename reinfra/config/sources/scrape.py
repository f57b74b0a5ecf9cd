from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from reinfra.config.sources.base import SourceSettings

Format = Literal["openmetrics", "protobuf", "text"]
Dialect = Literal["dcgm", "neuron_prometheus", "sglang", "tgi", "triton", "vllm"]

_ENVIRONMENT = r"^([A-Za-z_][A-Za-z0-9_]*)?$"


class ScrapeSource(SourceSettings):
    """An exporter's metrics page, in Prometheus's text format or OpenMetrics."""

    collector: Literal["scrape"] = "scrape"
    url: str = Field(
        max_length=2_000,
        description="Where the page is, such as http://gpu-1:9400/metrics. Without user and password.",
    )
    service: str = Field(
        "",
        max_length=255,
        description="The service.name of its series; by default the source's name.",
    )
    host: str = Field(
        "",
        max_length=255,
        description="The host.name of devices on the page where the page itself says none; "
        "by default the host of the URL.",
    )
    formats: tuple[Format, ...] = Field(
        ("text", "openmetrics"),
        min_length=1,
        max_length=3,
        description="What to ask for, the first one most. OpenMetrics also tells units, and is refused "
        "where it breaks any of its rules; native histograms come by protobuf only.",
    )
    fallback: Format | None = Field(
        None,
        description="The format of a page whose Content-Type says none; unset, such a page is refused.",
    )
    signals: tuple[Dialect, ...] = Field(
        (),
        description="Whose metric names are translated into signals; by default those that the page has.",
    )
    honor_timestamps: bool = Field(
        default=True,
        description="Keep the times that the page gives to its samples; else all are of the scrape.",
    )
    max_bytes: int = Field(
        64 << 20, ge=1_024, le=1 << 30, description="Largest page, after decompression."
    )
    bearer_file: str = Field("", description="File with a bearer token, read for every scrape.")
    bearer_env: str = Field(
        "", pattern=_ENVIRONMENT, description="Environment variable with a bearer token."
    )
    username: str = Field("", max_length=255, description="User of basic authentication.")
    password_file: str = Field("", description="File with the user's password.")
    password_env: str = Field(
        "", pattern=_ENVIRONMENT, description="Environment variable with the user's password."
    )
    ca_file: str = Field(
        "", description="Certificates to trust, PEM; by default those of the system."
    )
    proxy: str = Field(
        "", description="HTTP proxy, such as http://proxy:3128; the environment's are not used."
    )

    @field_validator("url", "proxy")
    @classmethod
    def _is_http(cls, url: str) -> str:
        """A user or password in it would be shown wherever the URL is."""
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment):
            raise ValueError("not an http:// or https:// URL")
        if "@" in parts.netloc:
            raise ValueError("no user and password here: use username and password_file")
        if parts.port == 0:
            raise ValueError("port 0")
        return url

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        bearer = bool(self.bearer_file) + bool(self.bearer_env)
        password = bool(self.password_file) + bool(self.password_env)
        if bearer + password > 1 or bool(self.username) != bool(password):
            raise ValueError(
                "give one of bearer_file, bearer_env, or a username with one of password_file, password_env"
            )
        return self
