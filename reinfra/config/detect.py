"""`[detect]`: how the detectors work."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator

from reinfra.config.detectors import DetectOverride
from reinfra.config.section import Names, Section


class DetectSettings(Section):
    """How the detectors work, and how many false alarms are acceptable."""

    detectors: Names = Field(
        (),
        description="Detectors that look at every series. None named: each series gets those that suit its "
        "signal (docs/reference/detectors.md), and those for slow changes look once a day.",
    )
    step: float = Field(
        300.0, ge=1, le=86_400, description="Seconds between two points of the grid."
    )
    window: float = Field(
        60.0,
        ge=1,
        le=86_400,
        description="Seconds of a window; a run searches whole ones, which begin at multiples of it.",
    )
    lag: float = Field(
        10.0,
        ge=0,
        le=86_400,
        description="Seconds that a window must be over before it is searched, for samples on their way.",
    )
    stale: float = Field(
        3600.0,
        ge=1,
        le=31_536_000,
        description="Where no sample is newer than so many seconds, a run ends with 4.",
    )
    history: float = Field(
        14.0, ge=0.1, le=400, description="Days before the window that a detector may learn from."
    )
    timezone: str = Field(
        "UTC",
        description="Whose clocks say when it is the same time of the day, such as Europe/Berlin.",
    )
    false_alarms: float = Field(
        0.25, gt=0, le=100, description="False alarms per series and week that thresholds aim at."
    )
    quiet: float = Field(
        1800.0,
        ge=0,
        le=86_400,
        description="Seconds without a strange point after which an anomaly has ended.",
    )
    open_points: int = Field(
        1,
        ge=1,
        le=100,
        description="Strange points, of detect.open_window running, that make an anomaly. 1 by default, because "
        "thresholds hold detect.false_alarms already; 3 of 5 for flags that come from elsewhere.",
    )
    open_window: int = Field(
        1, ge=1, le=100, description="Points running that detect.open_points are counted in."
    )
    override: tuple[DetectOverride, ...] = Field(
        (),
        validate_default=True,
        description="What differs for some signals; each table names them by a pattern.",
    )

    @field_validator("open_window")
    @classmethod
    def _holds_the_points(cls, window: int, info: ValidationInfo) -> int:
        if info.data.get("open_points", 1) > window:
            raise ValueError("open_points is at most open_window, as in 3 of 5")
        return window

    @field_validator("override")
    @classmethod
    def _of_every_signal_first(
        cls, given: tuple[DetectOverride, ...], info: ValidationInfo
    ) -> tuple[DetectOverride, ...]:
        """What holds for every signal where it differs from the rules; what is said of some goes before it."""
        opening = {name: info.data.get(name, 1) for name in ("open_points", "open_window")}
        if opening["open_window"] == 1 or (given and given[0] == _opens(opening)):
            return given
        return (_opens(opening), *given)

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("no time zone has this name, as Europe/Berlin has") from error
        return name


def _opens(opening: dict[str, int]) -> DetectOverride:
    return DetectOverride(
        signal="*", open_points=opening["open_points"], open_window=opening["open_window"]
    )
