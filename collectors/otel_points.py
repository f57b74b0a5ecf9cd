"""Samples as OpenTelemetry's data points: what its own exporters send, at the samples' own times.

The way through instruments of the SDK would cost more, stamp every sample with the time of the export, and
lose counts per period, which OTLP knows as delta sums.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from reinfra.model import Kind, SeriesKey
from reinfra.signals import find

_SCOPE = InstrumentationScope("reinfra")
_NANOSECONDS = 1_000_000  # in a millisecond
_MOST_SERIES = 100_000

Sample = tuple[SeriesKey, int, float]
_Family = tuple[str, Kind, str]


@dataclass(slots=True)
class _Course:
    """One series: its attributes, when its sum began, and what came last."""

    attributes: dict[str, str]
    start: int
    at: int
    value: float

    def point(self, kind: Kind, at: int, value: float) -> NumberDataPoint:
        """A counter's start is where we first saw it, or saw it fall; a delta's is the sample before."""
        if kind is Kind.PERIOD_COUNT or (kind is Kind.COUNTER and value < self.value):
            self.start = self.at
        self.at, self.value = at, value
        start = 0 if kind in {Kind.GAUGE, Kind.LATCHED} else self.start
        return NumberDataPoint(self.attributes, start, at, value)


@dataclass(frozen=True, slots=True)
class Points:
    """Turns samples into what exporters take, and remembers where each sum began."""

    _courses: dict[SeriesKey, _Course] = field(default_factory=dict)

    def of(self, samples: Iterable[Sample], resource: Mapping[str, str]) -> MetricsData:
        """No attribute repeats what `resource` says. Buckets of histograms have no place here."""
        families: dict[_Family, list[NumberDataPoint]] = {}
        for key, at, value in samples:
            course = self._course(key, at * _NANOSECONDS, value, resource)
            family = families.setdefault((key.metric, key.kind, key.unit), [])
            family.append(course.point(key.kind, at * _NANOSECONDS, value))
        scope = ScopeMetrics(_SCOPE, [_metric(*each) for each in families.items()], "")
        return MetricsData([ResourceMetrics(Resource(dict(resource)), [scope], "")])

    def _course(
        self, key: SeriesKey, at: int, value: float, resource: Mapping[str, str]
    ) -> _Course:
        course = self._courses.get(key)
        if course is None:
            if len(self._courses) >= _MOST_SERIES:
                self._courses.clear()
            own = {name: text for name, text in key.labels if resource.get(name) != text}
            course = self._courses[key] = _Course(own, at, at, value)
        return course


def _metric(family: _Family, points: list[NumberDataPoint]) -> Metric:
    name, kind, unit = family
    signal = find(name)
    title = signal.title if signal else ""
    match kind:
        case Kind.COUNTER:
            return Metric(name, title, unit, Sum(points, AggregationTemporality.CUMULATIVE, True))  # noqa: FBT003
        case Kind.PERIOD_COUNT:
            return Metric(name, title, unit, Sum(points, AggregationTemporality.DELTA, True))  # noqa: FBT003
        case _:
            return Metric(name, title, unit, Gauge(points))
