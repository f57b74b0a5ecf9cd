"""When what grows reaches its limit: a series of use, the limit that belongs to it, and the line between."""

from dataclasses import dataclass, field

import numpy as np

from detectors.base import Floats, Scores, readable
from detectors.drift import Drift
from detectors.limit_crossing import Crossing, crossing
from detectors.medians import Medians
from reinfra.model import DAY, SeriesBlock, SeriesKey
from reinfra.signals import wording

_FULL_AT_ONE = (
    "system.filesystem.utilization",
    "aws.sagemaker.disk.utilization",
    "aws.sagemaker.memory.utilization",
)
"""Shares of something that is full at 1, and that grow for want of cleaning up."""

_USAGE, _LIMIT = ".usage", ".limit"


@dataclass(frozen=True, slots=True)
class NoForecast:
    """Why nothing is said about when a series reaches its limit."""

    reason: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days from the beginning of that day until the daily median reaches `limit`, with a 90 % interval."""

    days: float
    earliest: float
    latest: float
    limit: float


@dataclass(frozen=True, slots=True)
class TimeToLimit:
    """`horizon` over the time that is left: above 1 where the limit is nearer than `horizon` ms.

    The line is that of `drift`, and there is none unless its slope is that detector's to flag; the score is 0
    then. Series without a known limit in the block are not scored. The limit of `x.usage` is the newest value of
    the `x.limit` whose labels it has; shares of what is full at 1 have the limit 1. It expects no value.
    """

    horizon: int = 7 * DAY
    drift: Drift = field(default_factory=Drift)
    name: str = field(default="time-to-limit", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=False, init=False)
    limit: float | None = field(default=1.0, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        days = Medians.take(block, DAY)
        limits = limits_of(block.keys, days.values)
        score = np.full(days.values.shape, np.nan)
        for last in range(self.drift.least_days - 1, days.values.shape[1]):
            found = self._crossing(days, limits, last)
            near = self.horizon / DAY / np.maximum(found.days, 0.01)
            score[:, last] = np.where(found.growing, near, found.days * 0.0)
        values = np.where(np.isfinite(readable(block)), days.spread(score), np.nan)
        return Scores(values, np.full(values.shape, np.nan), np.full(values.shape, np.nan))

    def forecast(self, block: SeriesBlock, row: int, column: int) -> Forecast | NoForecast:
        """What is known of one series at the block's `column`, from the days before it."""
        days = Medians.take(block, DAY)
        last = int(days.of[column]) - 1
        limits = limits_of(block.keys, days.values)
        if last < 0 or np.isnan(limits[row, last]):
            return NoForecast("its limit is not known")
        found = self._crossing(days, limits, last)
        if np.isnan(found.slope[row]):
            return NoForecast(f"fewer than {self.drift.least_days} whole days are known")
        if not found.certain[row]:
            return NoForecast("there is no trend that stands out from the days' own ups and downs")
        if not found.growing[row]:
            return NoForecast("it moves away from its limit")
        parts = (found.days, found.earliest, found.latest, limits[:, last])
        return Forecast(*(float(each[row]) for each in parts))

    def explain(self, block: SeriesBlock, row: int, column: int) -> str:
        """One sentence on a sample's score."""
        name, found = wording.signal_name(block.keys[row]), self.forecast(block, row, column)
        if isinstance(found, NoForecast):
            return f"{name}: no forecast, {found.reason}"
        limit = wording.amount(block.keys[row], found.limit)
        early, late = (wording.number(each) for each in (found.earliest, found.latest))
        return f"{name} reaches its limit of {limit} in {early} to {late} days"

    def _crossing(self, days: Medians, limits: Floats, last: int) -> Crossing:
        found = self.drift.trend(days, last)
        return crossing(found, limits[:, last], self.drift.limit or 0.0)


def limits_of(keys: tuple[SeriesKey, ...], days: Floats) -> Floats:
    """`[series, day]`: the limit of each series as it was known by then, NaN where there is none."""
    known = np.full(days.shape, np.nan)
    by_name: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        by_name.setdefault(key.metric, []).append(row)
    for row, key in enumerate(keys):
        if key.metric in _FULL_AT_ONE:
            known[row] = 1.0
        elif key.metric.endswith(_USAGE):
            limit = key.metric.removesuffix(_USAGE) + _LIMIT
            mine = (one for one in by_name.get(limit, ()) if _belongs(keys[one], key))
            known[row] = next((_latest(days[one]) for one in mine), np.nan)
    return known


def _belongs(limit: SeriesKey, usage: SeriesKey) -> bool:
    return set(limit.labels) <= set(usage.labels)


def _latest(x: Floats) -> Floats:
    """The last value seen up to each place."""
    place = np.maximum.accumulate(np.where(np.isfinite(x), np.arange(x.size), -1))
    return np.where(place >= 0, x[np.maximum(place, 0)], np.nan)
