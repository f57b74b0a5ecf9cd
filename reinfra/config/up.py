"""How `reinfra up` keeps the parts of one machine running."""

from pydantic import BaseModel, ConfigDict, Field


class UpSettings(BaseModel):
    """Restarts and the end of what `reinfra up` runs."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    backoff: float = Field(
        1.0,
        ge=0.1,
        le=60,
        description="Seconds before a part that ended is started again; doubled each time, up to a minute.",
    )
    steady: float = Field(
        60.0,
        ge=1,
        le=3600,
        description="Seconds after which a part that runs counts as well, and its next end as the first.",
    )
    stop: float = Field(
        25.0,
        ge=1,
        le=600,
        description="Seconds in which all parts must have ended after SIGTERM; what still runs is then killed.",
    )
