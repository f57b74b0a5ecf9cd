"""How a series' past is cut and kept, for one step of the grid.

Time is cut into segments that begin at fixed instants, whatever a block begins or ends with: models are
refitted between two segments and nowhere else, so that no cut can change a score.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from reinfra.model import DAY, HOUR, MINUTE

LAGS = 6
YESTERDAY = 3
RECENT = LAGS + 1
"""Weights of the model of recent values: one per lag, and the offset."""
SEASONAL = LAGS + YESTERDAY + 2
"""Those of the seasonal one: yesterday around this time and a week ago besides."""

_SEGMENT = 6 * HOUR
_LEAST_COLUMNS, _MOST_COLUMNS = 36, 2160
_LONGEST = (
    22 * HOUR
)  # of a segment: what it is compared with yesterday, even after 23 h, is over by then
_LONGEST_STEP = 3 * HOUR  # with fewer than eight steps a day, the last six values cover it nearly
_BUCKET = MINUTE
_WEEK = 7 * DAY
_MARGIN = 2 * HOUR  # a week with a change of clocks is an hour longer


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` of the grid are a segment, of which `part` is a sixth; a bucket of the past is `per` columns.

    `buckets` of the past are kept, a little over a week; none where there is no season to look for.
    """

    step: int
    columns: int
    part: int
    per: int
    buckets: int
    near: np.dtype[Any]
    deep: np.dtype[Any]

    @property
    def daily(self) -> bool:
        return self.buckets > 0

    @property
    def bucket(self) -> int:
        """In ms."""
        return self.per * self.step


@cache
def layout(step: int) -> Layout:
    """The layout for a step in ms."""
    per = -(-_BUCKET // step) if step < _BUCKET else 1
    columns, buckets = _LEAST_COLUMNS, 0
    if step <= _LONGEST_STEP:
        columns = min(max(_SEGMENT // step, _LEAST_COLUMNS), _LONGEST // step, _MOST_COLUMNS)
        columns = columns // per * per
        buckets = -(-(_WEEK + _MARGIN) // (per * step))
    return Layout(step, columns, max(1, columns // 6), per, buckets, _near(columns), _deep(buckets))


def _near(columns: int) -> np.dtype[Any]:
    """What every stretch needs: sums, models, and the values of this segment and the one before."""
    return np.dtype([
        ("version", "<u2"),
        ("settled", "?"),  # whether the usual restlessness is known
        ("step", "<i8"),
        ("segment", "<i8"),
        ("until", "<i8"),  # the column after the last one, counted from 1970
        ("scored", "<i8"),
        ("centre", "<f8"),
        ("unit", "<f8"),
        ("size", "<f8"),  # the usual size of a value
        ("level", "<f8", 3),  # centre, pull and scale of the simplest model
        ("recent", "<f8", RECENT),
        ("seasonal", "<f8", SEASONAL),
        ("error", "<f8", 2),  # of the recent and of the seasonal model
        ("lately", "<f8", 2),  # sum and weight of errors, see `volatility`
        ("usually", "<f8", 2),
        ("raw", "<f4", 2 * columns),
        ("odd", "?", columns),  # what scored too high to be what tomorrow is compared with
        ("yesterday", "<f4", columns + 2),  # one before and one after the segment's own
        ("week", "<f4", columns),
    ])  # fmt: skip


def _deep(buckets: int) -> np.dtype[Any]:
    """What only the turn from one segment to the next needs."""
    return np.dtype([
        ("recent", "<f8", (RECENT + 1, RECENT + 1)),  # sums of products, the value last
        ("seasonal", "<f8", (SEASONAL + 1, SEASONAL + 1)),
        ("spread", "<f8", (2, 3)),  # of each model: rows, sums of medians, and of squares
        ("past", "<f4", max(buckets, 1)),  # the newest last
        ("odd", "?", max(buckets, 1)),
    ])  # fmt: skip
