"""HistogramDataPoint and SummaryDataPoint as samples."""

import math
from itertools import accumulate, pairwise
from typing import Any

from collectors.otlp.families import Moment
from collectors.otlp.quantity import scaled

MOST_BUCKETS = 1_000
NOT_THE_COUNT = "bucket counts that do not add up to the count"


def put_histogram(point: Any, moment: Moment) -> str:  # noqa: ANN401 - protobuf's classes have no types
    """Why the point is refused; "" once its samples are put. Bounds are inclusive, as Prometheus' are."""
    family = moment.family
    bounds, counts = tuple(point.explicit_bounds), tuple(point.bucket_counts)
    if why := _fault(bounds, counts, point.count):
        return why
    if counts:
        if bounds != family.bounds or not family.places:
            ends = [*(repr(scaled(bound, family.factor)) for bound in bounds), "+Inf"]
            family.bounds = bounds
            family.places = [family.member(end, moment.series) for end in ends]
        moment.put(family.places, map(float, accumulate(counts)))
    moment.put_totals(point.count, total_of(point))
    return ""


def put_summary(point: Any, moment: Moment) -> str:  # noqa: ANN401
    """As put_histogram. A quantile that was not observed is NaN, and stays so."""
    family, series = moment.family, moment.series
    if any(not 0 <= one.quantile <= 1 for one in point.quantile_values):
        return "a quantile that is not between 0 and 1"
    if len(point.quantile_values) > MOST_BUCKETS:
        return f"more than {MOST_BUCKETS:,} quantiles"
    for one in point.quantile_values:
        number = family.member(repr(one.quantile), series)
        moment.rows.add(number, moment.at, 0, one.value * family.factor)
    moment.put_totals(point.count, point.sum)
    return ""


def total_of(point: Any) -> float | None:  # noqa: ANN401
    """The sum of what was observed; None where it is missing, or may fall because values are negative."""
    if not point.HasField("sum") or (point.HasField("min") and point.min < 0):
        return None
    return float(point.sum)


def _fault(bounds: tuple[float, ...], counts: tuple[int, ...], count: int) -> str:
    if not bounds and not counts:
        return ""
    if len(counts) != len(bounds) + 1:
        return "bucket counts that do not fit the bounds"
    if len(counts) > MOST_BUCKETS:
        return f"more than {MOST_BUCKETS:,} buckets"
    if not all(map(math.isfinite, bounds)) or any(one >= two for one, two in pairwise(bounds)):
        return "bounds that do not increase"
    return NOT_THE_COUNT if sum(counts) != count else ""
