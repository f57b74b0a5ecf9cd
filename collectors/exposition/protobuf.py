"""Prometheus' protobuf exposition: delimited io.prometheus.client.MetricFamily messages.

Field numbers are those of prompb/io/prometheus/client/metrics.proto in prometheus/prometheus. The
only format with native histograms, which is what it is for; it is slower to read than text here.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from collectors.base import CollectorError
from collectors.exposition.model import UNTIMED, Exposition, Family, Labels, Native, Point, Type
from collectors.exposition.native import read_native
from collectors.exposition.wire import Field, delimited, fields

_TYPES = (
    Type.COUNTER,
    Type.GAUGE,
    Type.SUMMARY,
    Type.UNKNOWN,
    Type.HISTOGRAM,
    Type.GAUGE_HISTOGRAM,
)
_GAUGE, _COUNTER, _SUMMARY, _UNTYPED, _TIME, _HISTOGRAM = 2, 3, 4, 5, 6, 7


class _Sample(NamedTuple):
    point: Point
    value: float
    at: int


@dataclass(slots=True)
class _Found:
    samples: list[_Sample] = field(default_factory=list)
    natives: list[Native] = field(default_factory=list)


def parse(raw: bytes) -> Exposition:
    """Raises CollectorError, with the number of the family, for bytes that are no such messages."""
    found = _Found()
    begun = itertools.count(1)
    try:
        for family in delimited(raw):
            next(begun)
            _family(family, found)
    except ValueError as error:
        where, why = f"message {max(next(begun) - 1, 1)}", str(error)[:200]
        raise CollectorError("malformed exposition", where=where, why=why) from None
    return Exposition(
        tuple(sample.point for sample in found.samples),
        np.array([sample.value for sample in found.samples], np.float64),
        np.array([sample.at for sample in found.samples], np.int64),
        tuple(found.natives),
    )


def _family(raw: bytes, found: _Found) -> None:
    name, unit, kind = "", "", 0
    metrics: list[bytes] = []
    for each in fields(raw):
        match each.number:
            case 1:
                name = each.text
            case 3:
                kind = each.unsigned
            case 4:
                metrics.append(each.body)
            case 5:
                unit = each.text
    if not name or kind >= len(_TYPES):
        raise ValueError("a family without a name" if not name else f"type {kind}")
    family = Family(name, _TYPES[kind], unit)
    for metric in metrics:
        _metric(metric, family, found)


def _metric(raw: bytes, family: Family, found: _Found) -> None:
    pairs: list[tuple[str, str]] = []
    at = UNTIMED
    bodies: dict[int, bytes] = {}
    for each in fields(raw):
        if each.number == 1:
            pairs.append(_pair(each.body))
        elif each.number == _TIME:
            at = each.signed
        else:
            bodies[each.number] = each.body
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a label name twice")
    labels = tuple(pairs)
    for number in bodies.keys() & {_GAUGE, _COUNTER, _UNTYPED}:
        value = next((one.double for one in fields(bodies[number]) if one.number == 1), 0.0)
        found.samples.append(_Sample(Point(family.name, labels, family), value, at))
    if _SUMMARY in bodies:
        found.samples.extend(_summary(bodies[_SUMMARY], labels, family, at))
    if _HISTOGRAM in bodies:
        histogram = list(fields(bodies[_HISTOGRAM]))
        point = Point(family.name, labels, family)
        native = read_native(histogram, point, at)
        classic = list(_buckets(histogram, labels, family, at))
        if native is None or len(classic) > _WITHOUT_BUCKETS:
            found.samples.extend(classic)
        else:
            found.natives.append(native)


_WITHOUT_BUCKETS = 3  # sum, count and the +Inf bucket


def _pair(raw: bytes) -> tuple[str, str]:
    parts = {one.number: one.text for one in fields(raw)}
    return parts.get(1, ""), parts.get(2, "")


def _summary(raw: bytes, labels: Labels, family: Family, at: int) -> Iterator[_Sample]:
    for each in fields(raw):
        match each.number:
            case 1:
                point = Point(f"{family.name}_count", labels, family)
                yield _Sample(point, float(each.unsigned), at)
            case 2:
                yield _Sample(Point(f"{family.name}_sum", labels, family), each.double, at)
            case 3:
                parts = {one.number: one.double for one in fields(each.body)}
                own = (*labels, ("quantile", repr(parts.get(1, 0.0))))
                point = Point(family.name, own, family)
                yield _Sample(point, parts.get(2, 0.0), at)


def _buckets(histogram: list[Field], labels: Labels, family: Family, at: int) -> Iterator[_Sample]:
    """Of a classic histogram, the +Inf bucket made from the count where it is left out."""
    total, total_float, sum_ = 0.0, 0.0, 0.0
    bounds: dict[float, float] = {}
    for each in histogram:
        match each.number:
            case 1:
                total = float(each.unsigned)
            case 2:
                sum_ = each.double
            case 3:
                bounds.update([_bucket(each.body)])
            case 4:
                total_float = each.double
    total = total_float if total_float > 0 else total
    bounds.setdefault(float("inf"), total)
    for bound, count in bounds.items():
        text = "+Inf" if bound == float("inf") else repr(bound)
        point = Point(f"{family.name}_bucket", (*labels, ("le", text)), family)
        yield _Sample(point, count, at)
    gauge = "g" if family.type is Type.GAUGE_HISTOGRAM else ""
    yield _Sample(Point(f"{family.name}_{gauge}sum", labels, family), sum_, at)
    yield _Sample(Point(f"{family.name}_{gauge}count", labels, family), total, at)


def _bucket(raw: bytes) -> tuple[float, float]:
    bound, count, count_float = 0.0, 0.0, 0.0
    for each in fields(raw):
        match each.number:
            case 1:
                count = float(each.unsigned)
            case 2:
                bound = each.double
            case 4:
                count_float = each.double
    return bound, count_float if count_float > 0 else count
