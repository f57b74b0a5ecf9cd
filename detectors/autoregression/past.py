"""The past week as the next segment is compared with it: without what happened once.

An incident must not come back as an anomaly a day later, and what comes every day is no incident. So
a value that was odd stands for its day only where the days around it say the same: else the median of
yesterday, the day before and a week ago does, or the last value that was not odd.
"""

import numpy as np
from numpy.typing import NDArray

from detectors.autoregression.layout import Layout
from detectors.autoregression.seasons import same_time
from detectors.autoregression.states import Rows
from reinfra.model import DAY

_WEEK = 7 * DAY
Past = NDArray[np.float32]
Flags = NDArray[np.bool_]


def remember(near: Rows, deep: Rows, layout: Layout) -> None:
    """Put the segment that is over into the past, in place of what is oldest."""
    values, odd = near["raw"][:, layout.columns :], near["odd"]
    if layout.per > 1:
        parts = values.reshape(len(near), -1, layout.per)
        there = np.isfinite(parts)
        count = there.sum(axis=2)
        total = np.where(there, parts, 0).sum(axis=2, dtype=np.float64)
        values = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        odd = np.any(odd.reshape(parts.shape), axis=2)
    first = (int(near["segment"][0]) - 1) * values.shape[1]
    place = (first + np.arange(values.shape[1])) % layout.buckets
    deep["past"][:, place], deep["odd"][:, place] = values, odd


def compare(near: Rows, deep: Rows, layout: Layout, zone: str) -> None:
    """Yesterday's and last week's values at the times of the new segment, by the clocks of the zone."""
    begin = int(near["segment"][0]) * layout.columns * layout.step
    at = begin + layout.step * np.arange(-1, layout.columns + 1)
    before = {ago: same_time(at, ago, zone) // layout.bucket for ago in (DAY, 2 * DAY, _WEEK)}
    yesterday, odd = _at(deep, layout, before[DAY])
    week, odd_week = _at(deep, layout, before[_WEEK])
    rows = np.flatnonzero(odd.any(axis=1))
    if rows.size:
        other, _ = _at(deep[rows], layout, before[2 * DAY])
        calm = _calm(deep[rows], before[DAY], begin // layout.bucket, layout)
        usual = _usual(yesterday[rows], other, week[rows], calm)
        yesterday[rows] = np.where(odd[rows], usual, yesterday[rows])
    near["yesterday"] = yesterday
    near["week"] = np.where(odd_week, np.float32(np.nan), week)[:, 1:-1]


def _at(deep: Rows, layout: Layout, bucket: NDArray[np.int64]) -> tuple[Past, Flags]:
    """What was in these buckets, all of them of the past that is kept."""
    place = bucket % layout.buckets
    return deep["past"][:, place], deep["odd"][:, place]


def _usual(yesterday: Past, other: Past, week: Past, calm: Past) -> Past:
    """The median of the three days; with one other day that one, with none the last value that was not odd."""
    days = np.sort(np.stack([yesterday, other, week]), axis=0)  # NaN last
    single = np.where(np.isnan(other), week, other)
    found = np.where(np.isnan(days[2]), single, days[1])
    return np.where(np.isnan(found), calm, found)


def _calm(deep: Rows, bucket: NDArray[np.int64], now: int, layout: Layout) -> Past:
    """The last value before each bucket that was neither odd nor missing."""
    every = np.arange(now - layout.buckets, now)
    past, odd = _at(deep, layout, every)
    good = np.maximum.accumulate(np.where(odd | np.isnan(past), -1, every - every[0]), axis=1)
    found = np.take_along_axis(past, np.maximum(good, 0), axis=1)
    return np.where(good >= 0, found, np.float32(np.nan))[:, bucket - every[0]]
