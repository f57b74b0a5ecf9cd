"""How the signals of one pattern are detected, where that shall differ from the registry's choice."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
    open_points: int | None = Field(
        None, ge=1, le=100, description="As detect.open_points, for these signals."
    )
    open_window: int | None = Field(
        None, ge=1, le=100, description="As detect.open_window, for these signals."
    )
    recovery: float | None = Field(
        None,
        ge=0,
        le=_SECONDS,
        description="Seconds without a strange sample after which it is over; by default detect.quiet.",
    )

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if (self.open_points is None) != (self.open_window is None):
            raise ValueError("open_points and open_window belong together, as in 3 of 5")
        if (self.open_points or 1) > (self.open_window or 1):
            raise ValueError("open_points is at most open_window, as in 3 of 5")
        return self
