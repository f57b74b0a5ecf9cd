"""Histograms, exponential histograms and summaries, each point a family of series."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.metrics.v1 import metrics_pb2

from collectors.otlp import metric as types
from collectors.otlp.attributes import fault, texts
from collectors.otlp.complaints import Complaints
from collectors.otlp.explicit import put_histogram, put_summary
from collectors.otlp.exponential import Grid, put_exponential
from collectors.otlp.families import Family, Moment
from collectors.otlp.odd_numbers import (
    MOST_BYTES,
    NO_RECORDED_VALUE,
    STALE,
    attribute_bytes,
    decoded,
)
from collectors.otlp.places import EXACT, INEXACT
from collectors.otlp.points import NANOSECONDS, NO_TIME, Rows
from collectors.otlp.series import TOO_MANY, UNKNOWN, Head, Series
from reinfra.model import Kind

_MESSAGES = {
    types.HISTOGRAM: metrics_pb2.HistogramDataPoint,
    types.EXPONENTIAL: metrics_pb2.ExponentialHistogramDataPoint,
    types.SUMMARY: metrics_pb2.SummaryDataPoint,
}


@dataclass(slots=True)
class Distributions:
    """The families seen so far; a head's `known` numbers are places in it, or refusals of `series`."""

    series: Series
    _families: list[tuple[Family, Grid]] = field(default_factory=list)

    def read(self, kind: int, head: Head, raw: bytes, rows: Rows, complaints: Complaints) -> None:
        """One point of a metric whose type has the tag `kind`."""
        if len(raw) > MOST_BYTES:
            complaints.refuse(f"a data point larger than {MOST_BYTES:,} bytes", head.metric)
            return
        point = decoded(_MESSAGES[kind], raw)
        number = self._number(kind, head, point)
        why = self.series.reason(number) if number < UNKNOWN else ""
        why = why or ("" if point.time_unix_nano else NO_TIME)
        why = why or self._put(kind, point, number, rows)
        if why:
            complaints.refuse(why, head.metric)
        elif point.count > EXACT:
            complaints.note(INEXACT, head.metric)

    def _put(self, kind: int, point: Any, number: int, rows: Rows) -> str:  # noqa: ANN401
        family, grid = self._families[number]
        since = point.start_time_unix_nano // NANOSECONDS if family.cumulative else 0
        at = point.time_unix_nano // NANOSECONDS
        moment = Moment(family, self.series, rows, at, since)
        if point.flags & NO_RECORDED_VALUE:
            moment.put(family.members.values(), [STALE] * len(family.members))
            return ""
        if kind == types.EXPONENTIAL:
            return put_exponential(point, moment, grid)
        put: Callable[[Any, Moment], str]
        put = put_histogram if kind == types.HISTOGRAM else put_summary
        return put(point, moment)

    def _number(self, kind: int, head: Head, point: Any) -> int:  # noqa: ANN401
        key = attribute_bytes(point)
        number = head.known.get(key)
        if number is not None:
            return number
        if self.series.too_many:
            return self.series.refusal(TOO_MANY)
        own = texts(point.attributes)
        if why := fault(own):
            return self.series.remember(head, key, self.series.refusal(why))
        label = "quantile" if kind == types.SUMMARY else "le"
        labels = self.series.labels(head, own)
        family = Family(head.metric, labels, head.kind, head.unit, head.factor, label)
        self._families.append((family, Grid()))
        return self.series.remember(head, key, len(self._families) - 1)


def kind_of(kind: int, temporality: int) -> Kind:
    """What the buckets of such a metric are."""
    if kind == types.SUMMARY:
        return Kind.GAUGE
    return Kind.HISTOGRAM if temporality == types.CUMULATIVE else Kind.PERIOD_COUNT
