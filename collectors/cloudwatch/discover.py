"""ListMetrics: which of a preset's metrics there are, with which dimensions, and which there are not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.base import CollectorError
from collectors.cloudwatch.dimensions import complete, matching
from collectors.cloudwatch.preset import Preset, Row
from reinfra.config.sources.cloudwatch import CloudWatchMetric

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_MOST_PAGES = 2_000
ANY = "*"

Listed = tuple[str, dict[str, str]]
"""A metric's name and its dimensions."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Asks once for each namespace. `recent`: only what has published in the last three hours."""

    client: "CloudWatchClient"
    recent: bool
    only: Mapping[str, str]

    def of_presets(self, presets: Sequence[Preset]) -> dict[Row, list[dict[str, str]]]:
        """The dimensions under which each row's metric is listed, in a fixed order; none where it is not."""
        listed: dict[str, list[Listed]] = {}
        found: dict[Row, list[dict[str, str]]] = {}
        for row in (row for preset in presets for row in preset.rows):
            if row.namespace not in listed:
                listed[row.namespace] = list(self._listed(row.namespace))
            found[row] = [
                dimensions
                for name, dimensions in listed[row.namespace]
                if name == row.metric
                and complete(dimensions, row.needs)
                and matching(dimensions, self.only)
            ]
        return found

    def of_metric(self, metric: CloudWatchMetric) -> list[dict[str, str]]:
        """Nothing is asked where every dimension has a value."""
        if ANY not in metric.dimensions.values():
            return [metric.dimensions]
        fixed = {name: value for name, value in metric.dimensions.items() if value != ANY}
        return [
            dimensions
            for _, dimensions in self._listed(metric.namespace, metric.metric)
            if dimensions.keys() == metric.dimensions.keys() and matching(dimensions, fixed)
        ]

    def _listed(self, namespace: str, metric: str = "") -> Iterator[Listed]:
        asked = {"Namespace": namespace}
        asked |= {"MetricName": metric} if metric else {}
        asked |= {"RecentlyActive": "PT3H"} if self.recent else {}
        pages = self.client.get_paginator("list_metrics").paginate(**asked)  # type: ignore[arg-type]
        found = []
        for number, page in enumerate(pages):
            if number == _MOST_PAGES:
                raise CollectorError("a list of metrics without an end", where="ListMetrics")
            for one in page["Metrics"]:
                dimensions = {d["Name"]: d["Value"] for d in one.get("Dimensions", [])}
                found.append((one.get("MetricName", ""), dimensions))
        yield from sorted(found, key=_order)


def _order(listed: Listed) -> tuple[str, int, list[tuple[str, str]]]:
    """Fewer dimensions first, so that what is more general keeps the plainer labels."""
    name, dimensions = listed
    return name, len(dimensions), sorted(dimensions.items())
