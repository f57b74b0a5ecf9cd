"""Sources of signals: one module per source. Collectors return values and never touch the store."""

from collections.abc import Callable
from importlib import import_module

from collectors.base import Collector, CollectorError

COLLECTORS: dict[str, str] = {
    "host": "collectors.host:Host",
    "neuron_monitor": "collectors.neuron_monitor:NeuronMonitor",
    "nvidia_smi": "collectors.nvidia_smi:NvidiaSmi",
    "replay": "collectors.replay:Replay",
    "simulator": "collectors.simulator:Simulator",
    "tabular": "collectors.tabular:Tabular",
}
"""Where each collector lives: `module:class`, imported when it is first asked for."""


def find(name: str) -> Callable[..., Collector]:
    """The collector class of this name. Raises CollectorError for a name that nobody registered."""
    if name not in COLLECTORS:
        known = ", ".join(COLLECTORS)
        raise CollectorError(f"no collector is named {name!r}", todo=f"Known are {known}.")
    module, _, attribute = COLLECTORS[name].partition(":")
    found: Callable[..., Collector] = getattr(import_module(module), attribute)
    return found


__all__ = ["COLLECTORS", "Collector", "CollectorError", "find"]
