"""NumberDataPoints one by one, decoded by protobuf: new series, exemplars, flags, other orders of fields."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from opentelemetry.proto.metrics.v1.metrics_pb2 import NumberDataPoint

from collectors.otlp.attributes import fault, texts
from collectors.otlp.complaints import Complaints
from collectors.otlp.places import EXACT, INEXACT
from collectors.otlp.points import NANOSECONDS, NO_TIME, Columns, Rows
from collectors.otlp.protobuf import DecodeError
from collectors.otlp.series import TOO_MANY, UNKNOWN, Head, Series
from collectors.otlp.wire import MalformedError
from reinfra.model import Kind

STALE = float(np.array([0x7FF0000000000002]).view(np.float64)[0])
"""The NaN with which Prometheus says that a series has ended (model/value/value.go)."""
NO_RECORDED_VALUE = 1
"""DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK, "an equivalent to the Prometheus staleness marker"."""
MOST_BYTES = 262_144
"""Of one data point: a large histogram has some 2,000."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A point's bytes, and those of them that should be its attributes."""

    head: Head
    raw: bytes
    tail: bytes = b""


def read_odd(points: Iterable[Odd], series: Series, complaints: Complaints) -> Columns:
    rows = Rows()
    for odd in points:
        _read(odd, rows, series, complaints)
    return rows.columns()


def number_of(head: Head, attributes: Any, series: Series, key: bytes) -> int:  # noqa: ANN401
    """The series of these attributes of a point, or the refusal of them, remembered under `key`."""
    if series.too_many:
        return series.refusal(TOO_MANY)
    own = texts(attributes)
    if why := fault(own):
        return series.remember(head, key, series.refusal(why))
    return series.remember(head, key, series.number_of(head, own))


def _read(odd: Odd, rows: Rows, series: Series, complaints: Complaints) -> None:
    head = odd.head
    if len(odd.raw) > MOST_BYTES:
        complaints.refuse(f"a data point larger than {MOST_BYTES:,} bytes", head.metric)
        return
    point = decoded(NumberDataPoint, odd.raw)
    key = attribute_bytes(point)
    if len(odd.tail) == len(key):
        key = odd.tail  # attributes and nothing else, though perhaps in another order of their own
    number = head.known.get(key, UNKNOWN)
    if number == UNKNOWN:
        number = number_of(head, point.attributes, series, key)
    value = _value(point)
    why = (
        (series.reason(number) if number < UNKNOWN else "")
        or ("" if point.time_unix_nano else NO_TIME)
        or ("no value" if value is None else "")
    )
    if why or value is None:
        complaints.refuse(why, head.metric)
        return
    if point.WhichOneof("value") == "as_int" and abs(point.as_int) > EXACT:
        complaints.note(INEXACT, head.metric)
    since = point.start_time_unix_nano // NANOSECONDS if head.kind is Kind.COUNTER else 0
    kept = (
        value if math.isnan(value) else value * head.factor
    )  # a product would change a NaN's bits
    rows.add(number, point.time_unix_nano // NANOSECONDS, since, kept)


def decoded(message: Any, raw: bytes) -> Any:  # noqa: ANN401 - protobuf's classes have no types
    try:
        return message.FromString(raw)
    except DecodeError as error:
        raise MalformedError(f"a {message.DESCRIPTOR.name} that cannot be decoded") from error


def attribute_bytes(point: Any) -> bytes:  # noqa: ANN401
    return bytes(NumberDataPoint(attributes=point.attributes).SerializeToString())


def _value(point: Any) -> float | None:  # noqa: ANN401
    """None where there should be one and is none."""
    if point.flags & NO_RECORDED_VALUE:
        return STALE
    kind = point.WhichOneof("value")
    return None if kind is None else float(getattr(point, kind))
