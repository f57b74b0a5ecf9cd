"""What every `[[source]]` of the settings has."""

from pydantic import BaseModel, ConfigDict, Field, model_validator


class SourceSettings(BaseModel):
    """One source to collect from. Each collector has a model of its own beside this one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    collector: str = Field(description="Which collector reads it.")
    name: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_.:/-]{0,100}$",
        description="What it is called in the store and on pages; by default as its collector.",
    )
    interval: float | None = Field(
        None,
        gt=0,
        le=86_400,
        description="Seconds between two collections; collect.interval if unset.",
    )
    timeout: float = Field(
        10.0, gt=0, le=600, description="Seconds after which an unanswered collection has failed."
    )
    labels: dict[str, str] = Field(
        default_factory=dict,
        description="Labels added to every series, such as a site; the source's own win.",
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        if isinstance(given, dict) and not given.get("name"):
            return {**given, "name": given.get("collector", cls.model_fields["collector"].default)}
        return given
