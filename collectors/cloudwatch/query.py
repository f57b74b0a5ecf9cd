"""One metric with one statistic: what GetMetricData is asked for, and the series that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.cloudwatch.dimensions import named, spelled
from collectors.cloudwatch.preset import Preset, Row, find
from collectors.cloudwatch.statistic import LABEL, kind, word
from reinfra.config.sources.cloudwatch import CloudWatchMetric
from reinfra.model import ORIGIN_LABEL, Fact, Kind, Origin, SeriesKey, subject

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

Dimensions = Mapping[str, str]
_HOST = ("host.id", "host.name")


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """Values times `factor` are in the unit of `key`. `coarsens`: a longer period means the same."""

    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: str
    period: int
    key: SeriesKey
    factor: float = 1.0
    coarsens: bool = True

    def asked(self, name: str, period: int) -> "MetricDataQueryTypeDef":
        pairs = sorted(self.dimensions.items())
        return {
            "Id": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": self.namespace,
                    "MetricName": self.metric,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in pairs],
                },
                "Period": period,
                "Stat": self.statistic,
            },
            "ReturnData": True,
        }


@dataclass(frozen=True, slots=True)
class Naming:
    """What every series of the account and region carries: `base` from AWS, `added` from the settings."""

    base: Dimensions
    added: Dimensions

    def of_row(
        self, row: Row, preset: Preset, statistic: str, dimensions: Dimensions, *, spell: bool
    ) -> Query:
        own = {**row.labels, **row.statistic_labels(statistic)}
        labels = self._labels(row.namespace, dimensions, own, spell=spell)
        if "host.name" not in labels:
            labels["service.name"] = _service(preset, dimensions)
        return Query(
            row.namespace,
            row.metric,
            dimensions,
            statistic,
            row.period,
            row.key(statistic, self._marked(labels)),
            row.factor,
            row.coarsens(statistic),
        )

    def of_metric(self, metric: CloudWatchMetric, dimensions: Dimensions, *, spell: bool) -> Query:
        """A metric from the settings: the signal that a preset knows it as, else its own name and unit."""
        row = None if metric.name else find(metric.namespace, metric.metric, metric.statistic)
        is_count = kind(metric.statistic) is Kind.PERIOD_COUNT
        own = {} if is_count else {LABEL: word(metric.statistic)}
        if row:
            own = {**row.labels, **row.statistic_labels(metric.statistic)}
        labels = self._marked(self._labels(metric.namespace, dimensions, own, spell=spell))
        name = metric.name or f"{metric.namespace} {metric.metric}"
        plain = SeriesKey.of(name, labels, kind(metric.statistic), metric.unit)
        return Query(
            metric.namespace,
            metric.metric,
            dimensions,
            metric.statistic,
            metric.period,
            row.key(metric.statistic, labels) if row else plain,
            row.factor if row else metric.scale,
            row.coarsens(metric.statistic) if row else True,
        )

    def _labels(
        self, namespace: str, dimensions: Dimensions, own: Dimensions, *, spell: bool
    ) -> dict[str, str]:
        told = spelled(dimensions) if spell else {}
        return {**self.base, **named(namespace, dimensions).labels, **told, **own}

    def _marked(self, labels: Dimensions) -> dict[str, str]:
        return {**self.added, **labels, ORIGIN_LABEL: Origin.LIVE.value}


def facts(namespace: str, dimensions: Dimensions) -> list[Fact]:
    """What the dimensions say of the host that they name."""
    found = named(namespace, dimensions)
    names = {key: found.labels.get(key, "") for key in _HOST}
    return [Fact(subject(names), name, value) for name, value in sorted(found.facts.items())]


def _service(preset: Preset, dimensions: Dimensions) -> str:
    """Who an alert is about: bedrock-anthropic.claude…; the service alone where nothing names more."""
    owner = dimensions.get(preset.owner, "")
    return f"{preset.service}-{owner}" if owner else preset.service
