from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reinfra.config.sources.base import SourceSettings

_ENVIRONMENT = r"^([A-Za-z_][A-Za-z0-9_]*)?$"


class PrometheusQuery(BaseModel):
    """An expression whose value at each step becomes a series."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(min_length=1, max_length=255, description="What the series is called.")
    expression: str = Field(min_length=1, max_length=10_000, description="In PromQL.")
    unit: str = Field("{unknown}", description="UCUM base unit of its values.")


class PrometheusSource(SourceSettings):
    """What a Prometheus-compatible server has stored, from its past until now."""

    collector: Literal["prometheus"] = "prometheus"
    url: str = Field(
        max_length=2_000,
        description="What goes before /api/v1: http://host:9090, http://mimir/prometheus, the address of a "
        "workspace of Amazon Managed Service for Prometheus. Without user and password.",
    )
    select: tuple[str, ...] = Field(
        (),
        description='Selectors of series to copy, such as {job="vllm"}: samples with their own times, where '
        "the server gives those.",
    )
    queries: tuple[PrometheusQuery, ...] = Field(
        (), description="Expressions, such as a quantile of buckets, evaluated every `step`."
    )
    step: float = Field(
        60.0,
        ge=1,
        le=86_400,
        description="Seconds between two values of an expression, and of a selected series where the server "
        "does not give samples.",
    )
    region: str = Field(
        "", description="AWS region: requests are signed for Amazon's managed service (SigV4)."
    )
    tenant: str = Field(
        "", max_length=500, description="Sent as X-Scope-OrgID, as Mimir and Thanos want it."
    )
    bearer_file: str = Field("", description="File with a bearer token.")
    bearer_env: str = Field(
        "", pattern=_ENVIRONMENT, description="Environment variable with a bearer token."
    )
    username: str = Field("", max_length=255, description="User of basic authentication.")
    password_file: str = Field("", description="File with the user's password.")
    password_env: str = Field(
        "", pattern=_ENVIRONMENT, description="Environment variable with the user's password."
    )
    history: float = Field(
        1.0, gt=0, le=3_650, description="Days that the first collection reads back."
    )
    delay: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="Seconds before now that are left for the next collection, so that what comes late is there.",
    )
    partial: bool = Field(
        default=False,
        description="Take answers that the server itself calls partial; else they are asked for again later.",
    )
    max_series: int = Field(
        100_000,
        ge=1,
        le=5_000_000,
        description="Series that are taken; samples of those beyond are counted as refused.",
    )

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        """A user or password in it would be shown wherever the URL is."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("not an http:// or https:// URL, or one with a query")
        if "@" in parts.netloc:
            raise ValueError("no user and password here: use username and password_file")
        return url

    @field_validator("select")
    @classmethod
    def _are_selectors(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """An expression here would be asked for with a range appended, and mean something else."""
        wrong = next((one for one in given if not _is_selector(one)), None)
        if wrong is not None:
            raise ValueError(f"{wrong[:60]!r} is no selector; write expressions as queries")
        return given

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.select and not self.queries:
            raise ValueError("name series in select, or expressions in queries")
        bearer = bool(self.bearer_file) + bool(self.bearer_env)
        password = bool(self.password_file) + bool(self.password_env)
        if bearer + password + bool(self.region) > 1 or bool(self.username) != bool(password):
            ways = (
                "region, bearer_file, bearer_env, or a username with password_file or password_env"
            )
            raise ValueError(f"give one of {ways}")
        return self


def _is_selector(text: str) -> bool:
    """A metric's name, braces, or both; what is in the braces the server checks."""
    name, brace, rest = text.strip().partition("{")
    letters = name.strip().replace(":", "").replace("_", "")
    named = not letters or (letters.isascii() and letters.isalnum() and not name[:1].isdigit())
    return named and (rest.endswith("}") if brace else bool(name))
