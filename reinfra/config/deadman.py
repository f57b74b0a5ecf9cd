"""When a loop that gives no sign of life counts as stopped, and who outside hears that all is well."""

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class DeadmanSettings(BaseModel):
    """The dead man's switch: collect, detect and relay give signs of life, and whoever lives looks at the others.

    What one machine alone cannot notice, that all of it is down, an outside monitor notices by `ping_url`
    falling silent, or by `reinfra doctor --dead-man` failing elsewhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    after: float = Field(
        3.0,
        gt=1,
        le=1000,
        description="A loop has stopped when its last sign of life is older than so many times its rhythm.",
    )
    least: float = Field(
        120.0,
        ge=1,
        le=604_800,
        description="Seconds that a loop may be silent at least, however fast its rhythm.",
    )
    detect: float = Field(
        0.0,
        ge=0,
        le=604_800,
        description="Seconds between two runs of detect by your scheduler; 0 learns it from the last runs.",
    )
    relay: float = Field(
        0.0,
        ge=0,
        le=604_800,
        description="Seconds between two passes of the relay by your scheduler; 0 learns it.",
    )
    collect: float = Field(
        0.0,
        ge=0,
        le=604_800,
        description="Seconds between two rounds of `collect --once` by your scheduler; 0 learns it.",
    )
    ping_url: str = Field(
        "",
        repr=False,
        description="Address that gets a GET after every run that searched (codes 0 and 3), as monitors such as "
        "healthchecks.io expect. It is a secret: set REINFRA_DEADMAN_PING_URL.",
    )

    @field_validator("ping_url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
            raise ValueError("not an address, as in https://hc-ping.com/…")
        return url
