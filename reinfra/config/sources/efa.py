from typing import Literal

from pydantic import Field

from reinfra.config.sources.base import SourceSettings


class EfaSource(SourceSettings):
    """Elastic Fabric Adapters of this machine, by their hardware counters."""

    collector: Literal["efa"] = "efa"
    sys: str = Field(
        "/sys",
        min_length=1,
        description="Where sysfs is mounted, such as /host/sys in a container.",
    )
