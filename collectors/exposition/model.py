"""What a metrics page says, before anybody decides what it means."""

import enum
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNTIMED = int(np.iinfo(np.int64).min)
"""In `Exposition.at`: the page gives no time of its own."""

Labels = tuple[tuple[str, str], ...]


class Type(enum.StrEnum):
    """OpenMetrics 1.0, "Metric Types"; text format's `untyped` is `unknown`."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    GAUGE_HISTOGRAM = "gaugehistogram"
    SUMMARY = "summary"
    INFO = "info"
    STATE_SET = "stateset"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Family:
    """A metric family. `unit` is OpenMetrics' UNIT, empty where nobody says it."""

    name: str
    type: Type = Type.UNKNOWN
    unit: str = ""


class Point(NamedTuple):
    """One line: `name` is the sample's own, such as `a_bucket` of the family `a`; labels as written."""

    name: str
    labels: Labels
    family: Family


@dataclass(frozen=True, slots=True)
class Native:
    """A native histogram: counts of exponential buckets (Prometheus' "Native Histograms" specification).

    Bucket `i` of `positive` holds what is above base^(i-1) and up to base^i, where base = 2^(2^-schema);
    `negative` is its mirror, and `zero` holds what is within `zero_threshold` of 0.
    """

    point: Point
    at: int
    schema: int
    count: float
    sum: float
    zero_threshold: float
    zero: float
    positive: tuple[tuple[int, float], ...]
    negative: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Exposition:
    """`value[i]` and `at[i]` (milliseconds since 1970 UTC, or UNTIMED) are those of `points[i]`.

    Pages of one layout share one `points` tuple. NaN is the number that the page says.
    `natives` are beside them; a page in text has none.
    """

    points: tuple[Point, ...]
    value: NDArray[np.float64]
    at: NDArray[np.int64]
    natives: tuple[Native, ...] = ()
