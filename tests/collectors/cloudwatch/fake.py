"""CloudWatch in memory, by the API reference: for what moto cannot do (percentiles, pages, half answers)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np

from reinfra.model import SECOND

Metric = tuple[str, str, tuple[tuple[str, str], ...]]

_STATISTICS: dict[str, Callable[[list[float]], Any]] = {
    "Sum": np.sum,
    "Average": np.mean,
    "Minimum": np.min,
    "Maximum": np.max,
}


@dataclass
class Fake:
    """`data` are the values by metric and time in ms; an answer has at most `page` datapoints."""

    data: dict[Metric, dict[int, list[float]]]
    page: int = 100_800
    asked: list[dict[str, Any]] = field(default_factory=list)
    meta: Any = field(default_factory=lambda: SimpleNamespace(region_name="eu-central-1"))

    def close(self) -> None:
        pass

    def get_paginator(self, operation: str) -> "Fake":
        assert operation == "list_metrics"
        return self

    def paginate(self, Namespace: str, MetricName: str = "", **_: str) -> Iterator[Any]:  # noqa: N803
        yield {
            "Metrics": [
                {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": [{"Name": n, "Value": v} for n, v in dimensions],
                }
                for namespace, name, dimensions in self.data
                if namespace == Namespace and MetricName in ("", name)
            ]
        }

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3's
        self.asked.append(asked)
        first = int(asked.get("NextToken", "0"))
        points = [
            (query["Id"], at, value)
            for query in asked["MetricDataQueries"]
            for at, value in self._points(query, asked["StartTime"], asked["EndTime"])
        ]
        last = first + self.page
        results: dict[str, Any] = {
            query["Id"]: {
                "Id": query["Id"],
                "Timestamps": [],
                "Values": [],
                "StatusCode": "Complete",
            }
            for query in asked["MetricDataQueries"]
        }
        for name, at, value in points[first:last]:
            results[name]["Timestamps"].append(datetime.fromtimestamp(at / SECOND, UTC))
            results[name]["Values"].append(value)
        for name, _, _ in points[last:]:
            results[name]["StatusCode"] = "PartialData"
        more = {"NextToken": str(last)} if last < len(points) else {}
        return {"MetricDataResults": list(results.values()), "Messages": [], **more}

    def _points(
        self, query: dict[str, Any], start: datetime, end: datetime
    ) -> Iterator[tuple[int, float]]:
        what = query["MetricStat"]
        pairs = tuple((d["Name"], d["Value"]) for d in what["Metric"]["Dimensions"])
        values = self.data[what["Metric"]["Namespace"], what["Metric"]["MetricName"], pairs]
        step = what["Period"] * SECOND
        for at in range(round(start.timestamp() * SECOND), round(end.timestamp() * SECOND), step):
            held = [v for when, some in values.items() if at <= when < at + step for v in some]
            if held:
                yield at, _statistic(what["Stat"], held)


def _statistic(name: str, values: list[float]) -> float:
    if name.startswith("p"):
        return float(np.percentile(values, float(name[1:])))
    if name == "SampleCount":
        return float(len(values))
    return float(_STATISTICS[name](values))
