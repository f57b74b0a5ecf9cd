from typing import Literal

from pydantic import Field

from reinfra.config.sources.base import SourceSettings


class HostSource(SourceSettings):
    """Processors, memory, disks, network and kernel of the machine that reinfra runs on, and where it is."""

    collector: Literal["host"] = "host"
    identity: bool = Field(
        default=True,
        description="Find out where the machine is: EC2, ECS, Kubernetes, SageMaker. Asks only services "
        "on its own link, half a second each, in the background.",
    )
    site: str = Field(
        "",
        max_length=100,
        description="Where a machine stands that no cloud describes: a hall, a city. "
        "OTEL_RESOURCE_ATTRIBUTES=reinfra.site=... says the same.",
    )
    environments: tuple[str, ...] = Field(
        (),
        description="site-packages folders of the environments that models run in, whose versions of frameworks "
        "and SDKs are kept; that of reinfra itself if empty.",
    )
