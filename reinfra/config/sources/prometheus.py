from typing import Literal

from reinfra.config.sources.base import SourceSettings


class PrometheusSource(SourceSettings):
    """Range queries to a Prometheus-compatible server, from its past until now."""

    collector: Literal["prometheus"] = "prometheus"
