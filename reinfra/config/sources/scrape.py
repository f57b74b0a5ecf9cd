from typing import Literal

from reinfra.config.sources.base import SourceSettings


class ScrapeSource(SourceSettings):
    """An exporter's metrics page, in Prometheus's text format or OpenMetrics."""

    collector: Literal["scrape"] = "scrape"
