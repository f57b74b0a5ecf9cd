from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reinfra.config.sources.base import SourceSettings

Evaluation = Literal[
    "generic", "bedrock", "fmeval", "hf-evaluate", "lm-eval", "mlflow", "openai-evals"
]


class Measured(BaseModel):
    """How one column of a wide file, or one name in the metric column of a long one, is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str = Field("", max_length=200, description="The signal's name; by default as written.")
    unit: str = Field(
        "",
        max_length=60,
        description="Unit that the file gives it in, such as ms, % or MiBy; by default the signal's own.",
    )


class FilesSource(SourceSettings):
    """CSV, Parquet or JSON lines, on disk or on S3, read on where they grow."""

    collector: Literal["files"] = "files"
    paths: tuple[str, ...] = Field(
        min_length=1,
        description="Files as glob patterns (** crosses folders), or s3://bucket/prefix; in an S3 "
        "address * crosses slashes, and one without * is a prefix.",
    )
    format: Literal["auto", "csv", "jsonl", "parquet"] = Field(
        "auto", description="By default by the ending, before .gz if there is one."
    )
    layout: Literal["wide", "long", "evaluations"] = Field(
        "wide",
        description="wide: a column per series. long: a row per sample. evaluations: graded answers.",
    )
    time: str = Field(
        "", description="Column of the time; by default timestamp, time, at, ds, datetime or date."
    )
    time_format: str = Field(
        "auto",
        description="auto (ISO 8601, or a number since 1970 whose size tells its unit), s, ms, us, ns, or a "
        "pattern such as %d.%m.%Y %H:%M.",
    )
    zone: str = Field(
        "",
        description="Zone of times that name none, such as UTC or Europe/Berlin; such rows are refused if unset.",
    )
    ambiguous: Literal["refuse", "earlier", "later"] = Field(
        "refuse", description="Which of two is meant by a time that a change of the clocks repeats."
    )
    measured: dict[str, Measured] = Field(
        default_factory=dict,
        description="The columns (wide) or metric names (long) to read, and how; all of them if unset.",
    )
    metric: str = Field("metric", description="Column of the metric's name, in a long file.")
    value: str = Field("value", description="Column of the value, in a long file.")
    unit: str = Field("", description="Column of the unit, in a long file that has one.")
    label_columns: tuple[str, ...] = Field(
        (), max_length=30, description="Columns whose cells become labels."
    )
    empty: tuple[str, ...] = Field(
        (), description="Cells that mean no sample, beside the empty one, such as N/A or -."
    )
    columns: tuple[str, ...] = Field((), description="Headings of a CSV file that has none.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Between cells of CSV.")
    origin: Literal["live", "recorded"] = Field(
        "live", description="recorded for files of another time that are read for comparison."
    )
    settle: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="Seconds unchanged after which a last line without its line break is taken as whole.",
    )
    max_files: int = Field(1_000, ge=1, le=20_000, description="Files that are read at most.")
    region: str = Field("", description="Region of the buckets, if AWS's own settings lack it.")
    endpoint_url: str = Field(
        "", pattern=r"^[^@\s]*$", description="Another endpoint for S3, such as a VPC endpoint."
    )
    evaluation: Evaluation = Field("generic", description="Who wrote the evaluation results.")
    window: float = Field(
        60.0, ge=1, le=86_400, description="Seconds of answers that are counted together."
    )
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="Names of the fields of generic results, where they differ: id, time, model, dataset, "
        "metric, score, passed, label, input, output, reference, accelerator, prompt_version, service.",
    )
    metrics: tuple[str, ...] = Field(
        (), description="The metrics of an evaluation to read; all if unset."
    )
    pass_at: dict[str, float] = Field(
        default_factory=dict, description="The least score that passes, by metric."
    )
    pass_below: dict[str, float] = Field(
        default_factory=dict, description="The score that fails, by metric where less is better."
    )
    pass_labels: tuple[str, ...] = Field(
        (), description="Labels that mean passed, where results are labels; all others mean failed."
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            if zone:
                ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("not a time zone, as in UTC or Europe/Berlin") from error
        return zone

    @field_validator("time_format")
    @classmethod
    def _readable(cls, given: str) -> str:
        if given not in {"auto", "s", "ms", "us", "ns"} and "%" not in given:
            raise ValueError("not auto, s, ms, us, ns or a pattern with %")
        return given

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if self.evaluation == "hf-evaluate" and self.layout == "evaluations" and not self.metrics:
            raise ValueError("evaluate.save writes figures beside parameters: name the metrics")
        return self
