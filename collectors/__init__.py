"""Sources of signals: one module per source. Collectors return values and never touch the store."""

from importlib import import_module

from collectors.base import (
    Collector,
    CollectorError,
    Deliver,
    OverloadedError,
    Receiver,
    Resumable,
    Source,
)

COLLECTORS: dict[str, str] = {
    "cloudwatch": "collectors.cloudwatch.collector:CloudWatch",
    "efa": "collectors.efa:Efa",
    "files": "collectors.files.collector:FileSource",
    "host": "collectors.host:Host",
    "neuron": "collectors.neuron.collector:Neuron",
    "nvidia": "collectors.nvidia.collector:Nvidia",
    "otlp": "collectors.otlp.receiver:Otlp",
    "prometheus": "collectors.prometheus.collector:Prometheus",
    "scrape": "collectors.scrape.collector:Scrape",
}
"""Where each collector lives: `module:class`, imported when it is first asked for.

A class is made from its settings by `of(settings, clock)`; those of a host say by `present()` whether the
machine has what they read.
"""


def find(name: str) -> type:
    """The collector's class of this name. Raises CollectorError for a name that nobody registered."""
    if name not in COLLECTORS:
        known = ", ".join(COLLECTORS)
        raise CollectorError(f"no collector is named {name!r}", todo=f"Known are {known}.")
    module, _, attribute = COLLECTORS[name].partition(":")
    found: type = getattr(import_module(module), attribute)
    return found


__all__ = [
    "COLLECTORS",
    "Collector",
    "CollectorError",
    "Deliver",
    "OverloadedError",
    "Receiver",
    "Resumable",
    "Source",
    "find",
]
