from typing import Literal

from reinfra.config.sources.base import SourceSettings


class NeuronSource(SourceSettings):
    """AWS Trainium and Inferentia of this machine, by neuron-monitor and sysfs."""

    collector: Literal["neuron"] = "neuron"
