"""What belongs into one incident, how bad it is, and when it is over."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode


def _listed(given: object) -> object:
    """A variable writes a list with commas; a file has lists of its own."""
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    return given


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
_DAY = 86_400


class IncidentSettings(BaseModel):
    """Anomalies into incidents. What makes an anomaly is in `[detect]`: open_points, open_window and quiet."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    quiet: float = Field(
        1800.0,
        ge=0,
        le=7 * _DAY,
        description="Seconds of data without anything strange after which an incident is resolved; at least "
        "detect.quiet.",
    )
    reopen: float = Field(
        7200.0,
        ge=0,
        le=7 * _DAY,
        description="Strange again in the same place within so many seconds: the same incident opens again.",
    )
    together: float = Field(
        300.0,
        ge=0,
        le=_DAY,
        description="What begins within so many seconds of each other on hosts of one job or service is one "
        "incident.",
    )
    topology: Names | None = Field(
        None,
        description="Labels that hosts which work together share, the narrowest first; by default those of "
        "Slurm, Kubernetes, Ray and SageMaker jobs, then service.name.",
    )
    wide: int = Field(
        5, ge=2, le=100_000, description="From so many strange series on it is a step worse."
    )
    hosts: int = Field(
        3, ge=2, le=100_000, description="From so many strange hosts on it is a step worse."
    )
    critical: Names | None = Field(
        None,
        description="Signals whose anomalies are critical by themselves, as patterns; by default those that "
        "count broken hardware.",
    )
    minor: Names = Field(
        (), description="Signals whose anomalies are information only, as patterns."
    )
    flapping: int = Field(
        3,
        ge=1,
        le=1000,
        description="More reopenings than this within an hour are flapping: marked, and quiet until it settles.",
    )
    timeout: float = Field(
        86_400.0,
        ge=0,
        le=365 * _DAY,
        description="Seconds after which an incident of which nothing was heard is resolved as timed out, for "
        "instance because nothing is searched any more; 0 for never.",
    )
