from typing import Literal

from reinfra.config.sources.base import SourceSettings


class EfaSource(SourceSettings):
    """Elastic Fabric Adapters of this machine, by their hardware counters."""

    collector: Literal["efa"] = "efa"
