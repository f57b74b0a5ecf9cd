from typing import Literal

from reinfra.config.sources.base import SourceSettings


class HostSource(SourceSettings):
    """CPU and memory of the machine that reinfra runs on."""

    collector: Literal["host"] = "host"
