"""`[alerts]`: who hears of an incident, where no `[[receiver]]` and no `[[route]]` says more."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from reinfra.config.section import Names, Section, listed

_TOPIC = re.compile(r"arn:[a-z0-9-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?", re.ASCII)

Channels = Annotated[
    tuple[Literal["console", "file", "sns"], ...], NoDecode, BeforeValidator(listed)
]


class AlertSettings(Section):
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
