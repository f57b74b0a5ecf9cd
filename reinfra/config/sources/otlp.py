import ipaddress
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from reinfra.config.sources.base import SourceSettings

_MOST_PORT = 65_535


class OtlpSource(SourceSettings):
    """Listens for OpenTelemetry metrics, gen_ai spans and evaluation events."""

    collector: Literal["otlp"] = "otlp"
    http: str = Field(
        "127.0.0.1:4318",
        description="Address and port of OTLP/HTTP, protobuf and JSON; empty to not listen for it.",
    )
    grpc: str = Field(
        "127.0.0.1:4317", description="Address and port of OTLP/gRPC; empty to not listen for it."
    )
    token_env: str = Field(
        "",
        description="Variable that holds the bearer token which clients must send. "
        "Without one, and without token_file, nobody is asked.",
    )
    token_file: str = Field("", description="File that holds the bearer token.")
    allow_unauthenticated: bool = Field(
        default=False,
        description="Listen on an address that other machines reach, and ask nobody for a token.",
    )
    tls_cert: str = Field(
        "", description="Certificate chain in PEM; with tls_key, both ports use TLS."
    )
    tls_key: str = Field("", description="Private key of the certificate, in PEM.")
    max_bytes: int = Field(
        64 * 1024 * 1024,
        ge=1_024,
        le=1024 * 1024 * 1024,
        description="Size of one request, before and after decompression; of JSON at most 16 MiB.",
    )
    max_concurrent: int = Field(
        32, ge=1, le=1_000, description="Requests worked on at once; more are told to come again."
    )
    resource_labels: tuple[str, ...] = Field(
        (),
        description="Resource attributes that tell series apart, beside those that always do "
        "(host, service, Kubernetes, cloud, hw.*, gen_ai.*); all others are facts.",
    )
    prompt_versions: tuple[str, ...] = Field(
        ("gen_ai.prompt.version", "llm.prompt_template.version", "prompt.version"),
        description="Attributes of gen_ai spans of which the first found is the prompt's version.",
    )
    answers: bool = Field(
        default=True,
        description="Hand questions and answers that clients send to the ledger, for a judge.",
    )
    passing_scores: dict[str, float] = Field(
        default_factory=dict,
        description="Least score with which an evaluation of this name has passed.",
    )
    pass_labels: tuple[str, ...] = Field(
        ("pass", "passed"), description="Labels of evaluations that say passed, in lower case."
    )
    fail_labels: tuple[str, ...] = Field(
        ("fail", "failed"), description="Labels of evaluations that say failed, in lower case."
    )

    @field_validator("http", "grpc")
    @classmethod
    def _is_address(cls, given: str) -> str:
        host, _, port = given.rpartition(":")
        if given and not (host and port.isdecimal() and int(port) <= _MOST_PORT):
            raise ValueError("an address and a port, as in 127.0.0.1:4318 or [::1]:4318")
        return given

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if not self.http and not self.grpc:
            raise ValueError("one of http and grpc must have an address")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("tls_cert and tls_key belong together")
        if self.token_env and self.token_file:
            raise ValueError("the token is in token_env or in token_file, not in both")
        asked = self.token_env or self.token_file or self.allow_unauthenticated
        far = [one for one in (self.http, self.grpc) if one and not is_loopback(one)]
        if far and not asked:
            raise ValueError(
                f"other machines reach {far[0]}: set token_env or token_file, or allow_unauthenticated"
            )
        return self


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches `address`, a host and a port."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
