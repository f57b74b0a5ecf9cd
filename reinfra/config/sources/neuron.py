from typing import Literal

from pydantic import Field

from reinfra.config.sources.base import SourceSettings


class NeuronSource(SourceSettings):
    """AWS Trainium and Inferentia of this machine, by neuron-monitor, the driver's sysfs and the kernel's log."""

    collector: Literal["neuron"] = "neuron"
    command: str = Field(
        "neuron-monitor",
        description="The neuron-monitor to run, by name or path; empty to do without. "
        "/opt/aws/neuron/bin is searched too.",
    )
    period: float = Field(
        5.0, ge=0.5, le=600, description="Seconds between two reports of neuron-monitor."
    )
    sysfs: str = Field(
        "/sys/devices/virtual/neuron_device",
        description="Where the driver's sysfs tree is; empty to do without.",
    )
    kernel_log: str = Field(
        "/dev/kmsg",
        description="Where the kernel's messages are, or a file that they are written to; empty to do without.",
    )
    system_metrics: bool = Field(
        default=False,
        description="Take the machine's CPU, memory and swap from neuron-monitor; "
        "the host collector gives the same signals.",
    )
