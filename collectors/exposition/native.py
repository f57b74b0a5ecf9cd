"""Native histograms out of protobuf, and their buckets as upper bounds with cumulative counts.

After Prometheus' specification "Native Histograms" (prometheus.io/docs/specs/native_histograms).
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from collectors.exposition.model import Native, Point
from collectors.exposition.wire import Field, fields

MAX_BUCKETS = 160
"""Of the client libraries' own usual limit; finer histograms are read at half the resolution, exactly."""

_SCHEMAS = range(-4, 9)
_MOST_BUCKETS = 10_000
_ZERO_THRESHOLD, _ZERO, _ZERO_FLOAT = 6, 7, 8
_NEGATIVE, _POSITIVE = (9, 10, 11), (12, 13, 14)
_OWN = {_ZERO_THRESHOLD, _ZERO, _ZERO_FLOAT, *_NEGATIVE, *_POSITIVE}


def read_native(histogram: Sequence[Field], point: Point, at: int) -> Native | None:
    """The native part of a Histogram message, None where it has none.

    Raises ValueError for a schema that is not exponential, and for spans that do not fit their counts.
    """
    numbers = {each.number for each in histogram}
    if not numbers & _OWN:
        return None
    schema = next((each.zigzag for each in histogram if each.number == 5), 0)  # noqa: PLR2004
    if schema not in _SCHEMAS:
        raise ValueError(f"a native histogram of schema {schema}")
    doubles = {e.number: e.double for e in histogram if e.number in (2, 4, _ZERO_THRESHOLD, 8)}
    whole = {e.number: float(e.unsigned) for e in histogram if e.number in (1, _ZERO)}
    return Native(
        point=point,
        at=at,
        schema=schema,
        count=doubles.get(4) or whole.get(1, 0.0),
        sum=doubles.get(2, 0.0),
        zero_threshold=doubles.get(_ZERO_THRESHOLD, 0.0),
        zero=doubles.get(_ZERO_FLOAT) or whole.get(_ZERO, 0.0),
        positive=_counts(histogram, _POSITIVE),
        negative=_counts(histogram, _NEGATIVE),
    )


class Bucket(NamedTuple):
    """`total` counts all that is at most `upper`; between `lower` and `upper` it is not known."""

    lower: float
    upper: float
    total: float


def cumulative(native: Native, most: int = MAX_BUCKETS) -> list[Bucket]:
    """The buckets in rising order, the last one up to infinity.

    A bucket of a coarser schema holds two neighbours of the finer one, so that halving the resolution
    until there are no more than `most` loses no count.
    """
    schema, positive, negative = native.schema, dict(native.positive), dict(native.negative)
    while len(positive) + len(negative) > most and schema > _SCHEMAS.start:
        schema, positive, negative = schema - 1, _halved(positive), _halved(negative)
    width, within = native.zero_threshold, native.zero
    above = [(_bound(schema, i - 1), _bound(schema, i), n) for i, n in sorted(positive.items())]
    below = [(_bound(schema, i - 1), _bound(schema, i), n) for i, n in sorted(negative.items())]
    # What lies in the zero bucket belongs to it; a bucket that reaches into it begins at its edge.
    within += sum(n for _, outer, n in (*above, *below) if outer <= width)
    found = [
        *((-outer, -max(inner, width), n) for inner, outer, n in below[::-1] if outer > width),
        (-width, width, within),
        *((max(inner, width), outer, n) for inner, outer, n in above if outer > width),
    ]
    counts = itertools.accumulate(count for _, _, count in found)
    pairs = zip(found, counts, strict=True)
    finite = [Bucket(low, high, total) for (low, high, _), total in pairs if math.isfinite(high)]
    return [*finite, Bucket(finite[-1].upper, math.inf, native.count)]


def _bound(schema: int, index: int) -> float:
    """base^index with base = 2^(2^-schema); infinity beyond what a double holds."""
    exponent = math.ldexp(index, -schema)
    try:
        return float(2.0**exponent)
    except OverflowError:
        return math.inf


def _halved(buckets: dict[int, float]) -> dict[int, float]:
    merged: dict[int, float] = {}
    for index, count in buckets.items():
        coarse = -(-index // 2)
        merged[coarse] = merged.get(coarse, 0.0) + count
    return merged


def _counts(
    histogram: Iterable[Field], numbers: tuple[int, int, int]
) -> tuple[tuple[int, float], ...]:
    """Absolute counts by bucket index, from spans and either deltas or counts."""
    span, delta, absolute = numbers
    indices: list[int] = []
    counts: list[float] = []
    deltas: list[int] = []
    end = 0
    for each in histogram:
        if each.number == span:
            covered = _span(each.body, end)
            indices.extend(covered)
            end = covered.stop
        elif each.number == delta:
            deltas.extend(each.zigzags())
        elif each.number == absolute:
            counts.extend(each.doubles())
        if len(indices) > _MOST_BUCKETS:
            raise ValueError(f"a native histogram of more than {_MOST_BUCKETS} buckets")
    counts = counts or [float(count) for count in itertools.accumulate(deltas)]
    if len(indices) != len(counts) or any(not count >= 0 for count in counts):
        raise ValueError("a native histogram whose spans and counts do not fit")
    return tuple(zip(indices, counts, strict=True))


def _span(raw: bytes, end: int) -> range:
    """The indices of a span, which begins so far after the `end` of the one before."""
    parts = {each.number: each for each in fields(raw)}
    offset = parts[1].zigzag if 1 in parts else 0
    length = min(parts[2].unsigned, _MOST_BUCKETS + 1) if 2 in parts else 0  # noqa: PLR2004
    return range(end + offset, end + offset + length)
