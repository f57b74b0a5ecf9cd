"""What can be set. Descriptions are the reference: docs/reference/settings.md is made from them."""

import re
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from reinfra.config.alerting import (
    InhibitSettings,
    MaintenanceSettings,
    RouteSettings,
    check_names,
)
from reinfra.config.deadman import DeadmanSettings
from reinfra.config.detectors import DetectOverride
from reinfra.config.export import ExportSettings
from reinfra.config.incidents import IncidentSettings
from reinfra.config.intervals import TimeInterval
from reinfra.config.receivers import AnyReceiver
from reinfra.config.sources import AnySource
from reinfra.config.up import UpSettings

PREFIX = "REINFRA_"
_TOPIC = re.compile(r"arn:[a-z0-9-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?", re.ASCII)


def _listed(given: object) -> object:
    """A variable writes a list with commas; a file has lists of its own."""
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    return given


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Channels = Annotated[
    tuple[Literal["console", "file", "sns"], ...], NoDecode, BeforeValidator(_listed)
]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DatabaseSettings(_Section):
    """Where signals and findings are kept."""

    url: str = Field(
        "sqlite:///.reinfra/reinfra.db",
        description="Database: sqlite:///path/to/file.db or postgresql://user@host/name. A password "
        "belongs into the environment (REINFRA_DATABASE_URL or PGPASSWORD), not into the file.",
    )
    samples: str = Field(
        "",
        description="Where samples are read instead, if they live elsewhere; findings stay in the database. "
        "prometheus+https://host/path (Prometheus, Mimir, Thanos, VictoriaMetrics; ?region=eu-west-1 signs for "
        "Amazon's managed one), or parquet: and a folder or s3:// address that `reinfra db export` wrote.",
    )


class CollectSettings(_Section):
    """How often sources are read. Which ones: `[[source]]`, or what this machine has where there is none."""

    interval: float = Field(
        60.0, ge=1, le=3600, description="Seconds between two collections of a source."
    )
    answers: Literal["keep", "hash"] = Field(
        "hash",
        description="What is kept of the texts of answers that come with signals: the text, which a judge "
        "needs, or its SHA-256 only.",
    )


class DetectSettings(_Section):
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


class AlertSettings(_Section):
    """Who hears of an incident, and how."""

    channels: Channels = Field(
        ("console",), description="Channels that every incident goes to. Naming a topic adds sns."
    )
    file: str = Field(
        ".reinfra/alerts.jsonl", description="File that the file channel appends JSON lines to."
    )
    sns_topic_arn: str = Field(
        "",
        validate_default=True,
        description="Amazon SNS topic; a name ending in .fifo is a FIFO topic.",
    )
    sns_region: str = Field("", description="Region of the topic; by default the one in its ARN.")
    sns_endpoint_url: str = Field(
        "", description="Another endpoint for SNS, such as a VPC endpoint."
    )
    sns_format: Literal["text", "json"] = Field(
        "text", description="Body of a message: text for people, json for machines."
    )
    rely_on: Names = Field(
        (),
        description="Signals that your rules rely on, here or elsewhere; doctor and the Coverage page say "
        "which of them can never come.",
    )
    pages_per_week: float = Field(
        2.0,
        gt=0,
        le=1000,
        description="Incidents a week that people are willing to hear of; `reinfra alerts budget` proposes the "
        "detect.false_alarms that would have kept to it.",
    )
    max_attempts: int = Field(
        20, ge=1, le=100, description="Attempts before a message is given up as dead."
    )
    runbooks: dict[str, str] = Field(
        default_factory=dict,
        description='Addresses of runbooks by pattern of a signal\'s name, as "hw.gpu.*"; the first that '
        "matches is in the message, unless the route has one.",
    )
    prices: str = Field(
        "",
        description="Table of your prices (instance_type, usd_per_hour, source), which go before the list prices "
        "of the catalogue when a message says what the affected hosts cost.",
    )

    @field_validator("sns_topic_arn")
    @classmethod
    def _is_topic(cls, arn: str, info: ValidationInfo) -> str:
        if not arn and "sns" in info.data.get("channels", ()):
            raise ValueError("a topic is needed, because alerts.channels names sns")
        if arn and not _TOPIC.fullmatch(arn):
            raise ValueError("not the ARN of a topic, as in arn:aws:sns:REGION:ACCOUNT:TOPIC")
        return arn


class DashboardSettings(_Section):
    """Where the web dashboard listens."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(
        8501,
        ge=1,
        le=65_535,
        description="Port to listen on; the next free one is used when it is taken.",
    )
    url: str = Field(
        "",
        pattern=r"^(https?://[\x21-\x7e]{1,500})?$",
        description="Address under which people reach it, as https://reinfra.example.com; messages then link "
        "to their incident's page.",
    )


class Settings(BaseSettings):
    """Everything, validated when a command starts. REINFRA_SECTION_KEY overrides the file's section.key."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
    )

    database: DatabaseSettings = DatabaseSettings()
    collect: CollectSettings = CollectSettings()
    detect: DetectSettings = DetectSettings()
    incidents: IncidentSettings = IncidentSettings()
    alerts: AlertSettings = AlertSettings()
    dashboard: DashboardSettings = DashboardSettings()
    export: ExportSettings = ExportSettings()
    deadman: DeadmanSettings = DeadmanSettings()
    up: UpSettings = UpSettings()
    source: tuple[AnySource, ...] = Field(
        (), description="What to collect from; each table names its collector."
    )

    receiver: tuple[AnyReceiver, ...] = Field(
        (), description="Who can hear of incidents; each table has a kind and a name."
    )

    route: tuple[RouteSettings, ...] = Field(
        (), description="Which incidents go to whom; the first that matches decides."
    )
    inhibit: tuple[InhibitSettings, ...] = Field(
        (), description="Incidents that keep others from being told."
    )
    time_interval: tuple[TimeInterval, ...] = Field((), description="Times that routes name.")
    maintenance: tuple[MaintenanceSettings, ...] = Field(
        (), description="Work that comes again, during which nothing is told."
    )

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        alerts = self.alerts
        short = (*alerts.channels, *(["sns"] if alerts.sns_topic_arn else []))
        there = {*short, *(one.name for one in self.receiver)}
        check_names(self.route, self.maintenance, self.time_interval, there)
        return self

    @field_validator("receiver")
    @classmethod
    def _each_is_another(cls, given: tuple[AnyReceiver, ...]) -> tuple[AnyReceiver, ...]:
        names = [one.name for one in given]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two receivers are called {twice!r}; give each a name of its own")
        return given

    @field_validator("source")
    @classmethod
    def _each_has_a_name(cls, sources: tuple[AnySource, ...]) -> tuple[AnySource, ...]:
        names = [one.name for one in sources]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two sources are called {twice!r}; give each a name of its own")
        return sources

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file, whose keys come in as arguments; no other source."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
