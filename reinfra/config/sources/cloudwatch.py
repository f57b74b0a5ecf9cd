from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reinfra.config.sources.base import SourceSettings

STATISTIC = (
    r"^(SampleCount|Average|Sum|Minimum|Maximum|IQM|p100|(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?)$"
)
_HIGH_RESOLUTION = (1, 5, 10, 20, 30)
_HOUR = 3600

Preset = Literal[
    "bedrock",
    "bedrock-guardrails",
    "bedrock-mantle",
    "container-insights",
    "cwagent-gpu",
    "ec2",
    "ecs",
    "fsx-lustre",
    "kinesis",
    "s3",
    "sagemaker-endpoints",
    "sagemaker-training",
    "step-functions",
]


class CloudWatchMetric(BaseModel):
    """One metric that no preset has, as CloudWatch names it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    namespace: str = Field(min_length=1, max_length=255, description="Such as AWS/Lambda.")
    metric: str = Field(min_length=1, max_length=255, description="Such as Errors.")
    statistic: str = Field(
        pattern=STATISTIC,
        description="Sum and SampleCount are counts per period; Average, Minimum, Maximum, p99 are levels.",
    )
    period: int = Field(60, ge=1, description="Seconds that one value covers.")
    dimensions: dict[str, str] = Field(
        default_factory=dict,
        description="All dimensions of the metric; `*` finds every value that CloudWatch lists.",
    )
    name: str = Field(
        "",
        max_length=255,
        description="What the series is called; by default as a preset calls it.",
    )
    unit: str = Field("{unknown}", description="UCUM base unit of the stored values.")
    scale: float = Field(1.0, description="What CloudWatch's values are multiplied by to be in it.")

    @field_validator("period")
    @classmethod
    def _is_period(cls, period: int) -> int:
        """CloudWatch's own rule is wider; these nest, so that coarser history ends where finer begins."""
        whole = period % 60 == 0 and (_HOUR % period == 0 or period % _HOUR == 0)
        if period not in _HIGH_RESOLUTION and not whole:
            raise ValueError("1, 5, 10, 20, 30, or minutes that divide an hour, or whole hours")
        return period


class CloudWatchSource(SourceSettings):
    """Amazon CloudWatch metrics, by presets or by name."""

    collector: Literal["cloudwatch"] = "cloudwatch"
    presets: tuple[Preset, ...] = Field(
        description="Services to read; docs/guide/cloudwatch.md lists what each one reads.",
    )
    metrics: tuple[CloudWatchMetric, ...] = Field((), description="Further metrics, one by one.")
    dimensions: dict[str, str] = Field(
        default_factory=dict,
        description="Of what presets find, only metrics with these values, such as ClusterName; "
        "what lacks the dimension is left out.",
    )
    region: str = Field(
        "", description="AWS region; by default that of the environment or profile."
    )
    account: str = Field("", description="Label cloud.account.id of every series.")
    role_arn: str = Field(
        "",
        pattern=r"^(arn:[a-z0-9-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@/_-]+)?$",
        description="Role to assume for reading.",
    )
    external_id: str = Field(
        "",
        max_length=1224,
        pattern=r"^([A-Za-z0-9+=,.@:/_-]{2,})?$",
        description="External id that the role asks for.",
    )
    endpoint_url: str = Field(
        "", description="Another endpoint for CloudWatch, such as a VPC endpoint."
    )
    history: float = Field(
        1.0, gt=0, le=455, description="Days that the first collection reads back."
    )
    late: float = Field(
        900.0,
        ge=0,
        le=10_800,
        description="Seconds before the last collection that are read again, for data that comes late.",
    )
    max_metrics: int = Field(
        5_000,
        ge=1,
        le=50_000,
        description="Metrics that one collection may ask for; those beyond are counted as refused. "
        "AWS charges for each metric asked for.",
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> "CloudWatchSource":
        if not self.presets and not self.metrics:
            raise ValueError("name at least one of presets, or describe metrics")
        return self
