"""A host with sixteen Neuron devices, and what every host has: CPU and memory."""

import numpy as np
from numpy.typing import NDArray

from collectors.simulator.faults import FaultKind, Planted
from collectors.simulator.fleet import NEURON_CORES, Host
from collectors.simulator.rows import Row

HOST_MEMORY = 1024.0**4
LEAKED = 0.4
"""Share of the host's memory that a leak has taken when it ends."""


def neuron_rows(host: Host, load: NDArray[np.float64], rng: np.random.Generator) -> list[Row]:
    noise = 0.02 * rng.standard_normal((NEURON_CORES, load.size))
    busy = np.clip(load + noise, 0, 1)
    signal = "aws.neuron.core.utilization"
    return [(host.core_key(signal, core), busy[core]) for core in range(NEURON_CORES)]


def host_rows(
    host: Host, load: NDArray[np.float64], planted: Planted | None, rng: np.random.Generator
) -> list[Row]:
    cpu = np.clip(0.1 + 0.3 * load + 0.02 * rng.standard_normal(load.size), 0, 1)
    memory = 0.3 + 0.05 * load + 0.002 * rng.standard_normal(load.size)
    if planted is not None and planted.kind is FaultKind.MEMORY_LEAK:
        length = planted.last + 1 - planted.first
        memory[planted.steps] += np.linspace(0, LEAKED, length + 1)[1:]
    return [
        (host.key("system.cpu.utilization"), cpu),
        (host.key("system.memory.usage"), np.round(memory * HOST_MEMORY)),
    ]
