from typing import Literal

from pydantic import Field

from reinfra.config.sources.base import SourceSettings


class NvidiaSource(SourceSettings):
    """NVIDIA GPUs of this machine, by NVML."""

    collector: Literal["nvidia"] = "nvidia"
    serial: bool = Field(
        default=False, description="Also keep the serial numbers of the GPUs, as facts."
    )
    pcie: bool = Field(
        default=True,
        description="Watch PCIe traffic of GPUs before Hopper. NVML counts for 20 ms in each direction, "
        "which holds a collection up by 40 ms for each GPU; later GPUs tell it without waiting.",
    )
