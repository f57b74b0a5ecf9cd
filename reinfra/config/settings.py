"""What can be set. Descriptions are the reference: docs/reference/settings.md is made from them."""

from typing import Literal, Self

from pydantic import (
    Field,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from reinfra.config.alerting import (
    InhibitSettings,
    MaintenanceSettings,
    RouteSettings,
    check_names,
)
from reinfra.config.alerts import AlertSettings
from reinfra.config.deadman import DeadmanSettings
from reinfra.config.detect import DetectSettings
from reinfra.config.export import ExportSettings
from reinfra.config.incidents import IncidentSettings
from reinfra.config.intervals import TimeInterval
from reinfra.config.judge import JudgeSettings
from reinfra.config.receivers import AnyReceiver
from reinfra.config.section import Section
from reinfra.config.sources import AnySource
from reinfra.config.up import UpSettings

PREFIX = "REINFRA_"


class DatabaseSettings(Section):
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


class CollectSettings(Section):
    """How often sources are read. Which ones: `[[source]]`, or what this machine has where there is none."""

    interval: float = Field(
        60.0, ge=1, le=3600, description="Seconds between two collections of a source."
    )
    answers: Literal["keep", "hash"] = Field(
        "hash",
        description="What is kept of the texts of answers that come with signals: the text, which a judge "
        "needs, or its SHA-256 only.",
    )


class DashboardSettings(Section):
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
    judge: JudgeSettings = JudgeSettings()
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
