from typing import Literal

from reinfra.config.sources.base import SourceSettings


class NvidiaSource(SourceSettings):
    """NVIDIA GPUs of this machine, by NVML."""

    collector: Literal["nvidia"] = "nvidia"
