"""How the signals of one pattern are detected, where that shall differ from the registry's choice."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_SECONDS = 7 * 86_400


class DetectOverride(BaseModel):
    """One `[[detect.override]]`. Of several that match a signal, the last that sets a key gives it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    signal: str = Field(
        min_length=1,
        max_length=200,
        description="Signals this holds for, as a pattern: hw.gpu.* or gen_ai.server.*.time.",
    )
    detectors: tuple[str, ...] | None = Field(
        None, description="Detectors instead of the chosen ones; an empty list for none at all."
    )
    direction: Literal["up", "down", "both"] | None = Field(
        None, description="Which way is worse; by default as the signal registry says."
    )
    minimum_absolute: float | None = Field(
        None, ge=0, description="Least deviation from what was expected, in the signal's base unit."
    )
    minimum_relative: float | None = Field(
        None, ge=0, description="Least deviation as a share of what was expected: 0.1 is 10 %."
    )
    sustain: float | None = Field(
        None, ge=0, le=_SECONDS, description="Seconds that samples must stay strange; by default 0."
    )
    recovery: float | None = Field(
        None,
        ge=0,
        le=_SECONDS,
        description="Seconds without a strange sample after which it is over; by default detect.quiet.",
    )
