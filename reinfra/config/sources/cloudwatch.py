from typing import Literal

from reinfra.config.sources.base import SourceSettings


class CloudWatchSource(SourceSettings):
    """Amazon CloudWatch metrics, by presets or by name."""

    collector: Literal["cloudwatch"] = "cloudwatch"
