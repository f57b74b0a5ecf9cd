"""From raw samples to a grid of steps, all series at once."""

import numpy as np
from numpy.typing import NDArray

from reinfra.model import MINUTE, Kind, SeriesBlock, SeriesKey
from reinfra.store.base import Rule
from reinfra.store.columns import Columns
from reinfra.store.gather import Gathered

STALE_NAN = 0x7FF0000000000002
"""The bits of the NaN with which Prometheus says that a series has ended (model/value/value.go)."""

LOOKBACK = 5 * MINUTE
"""A counter's increase at the start of a window is counted from a sample at most this far before it."""

_QUANTILES = {Rule.P50: 0.5, Rule.P95: 0.95, Rule.P99: 0.99}
RISING = (Kind.COUNTER, Kind.HISTOGRAM)
"""Kinds of which only the increase means anything."""


def align(
    keys: tuple[SeriesKey, ...], rows: Columns, span: tuple[int, int], step: int, rule: Rule
) -> SeriesBlock:
    """One value per series and step of [since, until). `rows.ids` are places in `keys`, sorted by (place, time).

    A gauge follows `rule`; NaN samples count for no rule but the last, and a staleness marker is no
    sample. A counter gives its increase over the step, a decrease being a reset: the new value is then
    the increase (Prometheus' rule); samples before `since` only serve as what it rose from. A count per
    period gives its sum.

    An infinite value of a gauge is a value: a sum or mean with one is infinite, with both signs NaN, and
    so is a quantile between the two. An infinite total of a counter says nothing, as NaN does.
    """
    first = span[0] // step
    at = np.arange(first, -(-span[1] // step), dtype=np.int64) * step
    shape = (len(keys), at.size)
    values, mask = np.full(shape, np.nan), np.zeros(shape, np.bool_)
    samples = counted(keys, rows, span[0])
    if samples.ids.size:
        cell = samples.ids * at.size + (samples.at // step - first)
        starts = np.flatnonzero(np.diff(cell, prepend=-1))
        summed = _is(keys, samples.ids[starts], *RISING, Kind.PERIOD_COUNT)
        used = cell[starts]
        reduced = reduce(samples.value, starts, rule)
        if summed.any() and rule is not Rule.SUM:
            reduced = np.where(summed, reduce(samples.value, starts, Rule.SUM), reduced)
        values.reshape(-1)[used], mask.reshape(-1)[used] = reduced, True
    return SeriesBlock(keys, at, values, mask, step)


def flat(rows: Gathered) -> Columns:
    """One column of samples by (place, time); `ids` are places."""
    ids = np.repeat(np.arange(rows.count.size), rows.count)
    before = np.cumsum(rows.count) - rows.count
    if np.array_equal(before, rows.start):
        return Columns(ids, rows.at, rows.value)
    index = np.arange(ids.size) + np.repeat(rows.start - before, rows.count)
    return Columns(ids, rows.at[index], rows.value[index])


def counted(keys: tuple[SeriesKey, ...], rows: Columns, since: int) -> Columns:
    """The samples that count from `since` on, each counter's sample replaced by its increase."""
    rising = np.array([key.kind in RISING for key in keys], np.bool_)
    if (odd := ~np.isfinite(rows.value)).any():
        periods = np.array([key.kind is Kind.PERIOD_COUNT for key in keys], np.bool_)
        stale = rows.value.view(np.int64) == STALE_NAN
        silent = odd & rising[rows.ids] | np.isnan(rows.value) & periods[rows.ids]
        rows = rows.take(~(stale | silent))
    if rising.any():
        rows = _risen(rows, rising)
    return rows if not rows.at.size or rows.at.min() >= since else rows.take(rows.at >= since)


def _risen(rows: Columns, rising: NDArray[np.bool_]) -> Columns:
    """A counter's first sample has nothing to rise from, and is left out."""
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # between samples of gauges, which are not used
        step = np.diff(rows.value, prepend=np.nan)
    fresh = np.diff(rows.ids, prepend=-1) != 0
    counter = rising[rows.ids]
    step = np.where(step < 0, rows.value, step)
    value = np.where(counter, step, rows.value)
    return Columns(rows.ids, rows.at, value).take(~(fresh & counter))


def _is(keys: tuple[SeriesKey, ...], ids: NDArray[np.int64], *kinds: Kind) -> NDArray[np.bool_]:
    return np.array([key.kind in kinds for key in keys], np.bool_)[ids]


def reduce(value: NDArray[np.float64], starts: NDArray[np.intp], rule: Rule) -> NDArray[np.float64]:
    """One number per run of samples that begins at `starts`; NaN where no sample is a number."""
    if rule is Rule.LAST:
        last: NDArray[np.float64] = value[np.append(starts[1:], value.size) - 1]
        return last
    if rule in _REDUCERS:
        extremes: NDArray[np.float64] = _REDUCERS[rule].reduceat(value, starts)
        return extremes
    if rule in _QUANTILES:
        return _quantile(value, starts, _QUANTILES[rule])
    clean = ~np.isnan(value)
    if clean.all():
        totals = _added(value, starts)
        return totals if rule is Rule.SUM else totals / np.diff(starts, append=value.size)
    count = np.add.reduceat(clean.astype(np.float64), starts)
    totals = _added(np.where(clean, value, 0.0), starts)
    totals[count == 0] = np.nan
    return totals if rule is Rule.SUM else totals / np.maximum(count, 1)


def _added(value: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # infinite, or NaN of both signs: as it is said
        totals: NDArray[np.float64] = np.add.reduceat(value, starts)
    return totals


_REDUCERS: dict[Rule, np.ufunc] = {
    Rule.MIN: np.fmin,
    Rule.MAX: np.fmax,
}


def _quantile(
    value: NDArray[np.float64], starts: NDArray[np.intp], share: float
) -> NDArray[np.float64]:
    """Interpolated between neighbours, as PromQL's quantile_over_time does. NaN sorts last, uncounted."""
    ordered = _sorted_runs(value, starts)
    count = np.add.reduceat((~np.isnan(value)).astype(np.int64), starts)
    rank = share * np.maximum(count - 1, 0)
    low = starts + np.floor(rank).astype(np.int64)
    high = starts + np.ceil(rank).astype(np.int64)
    near, far, part = ordered[low], ordered[high], rank - np.floor(rank)
    with np.errstate(over="ignore", invalid="ignore"):
        between = near * (1 - part) + far * part
    between = np.where((part == 0) | (near == far), near, between)
    return np.where(count > 0, between, np.nan)


_SHORT = 64


def _sorted_runs(value: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """The values with each run sorted. Short runs are sorted as rows of a matrix, five times sooner."""
    size = np.diff(starts, append=value.size)
    longest = int(size.max(initial=0))
    if longest > _SHORT:
        return value[np.lexsort((value, np.repeat(np.arange(starts.size), size)))]
    there = np.arange(longest) < size[:, None]
    rows = np.full(there.shape, np.nan)
    rows[there] = value
    rows.sort(axis=1)  # NaN, of the samples or of the padding, comes last
    return np.asarray(rows[there], np.float64)
