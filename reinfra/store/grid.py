"""From raw samples to a grid of steps, all series at once."""

import numpy as np
from numpy.typing import NDArray

from reinfra.model import Kind, SeriesBlock, SeriesKey
from reinfra.store.base import Rule
from reinfra.store.frames import Columns


def align(
    keys: tuple[SeriesKey, ...], rows: Columns, span: tuple[int, int], step: int, rule: Rule
) -> SeriesBlock:
    """One value per series and step. `rows.ids` are row numbers; rows are sorted by (series, time).

    A gauge follows `rule`; NaN samples count for no rule but the last. A counter gives its increase
    over the step, a decrease being a reset: the new value is then the increase (Prometheus' rule). A
    count per period gives its sum.
    """
    first = span[0] // step
    at = np.arange(first, -(-span[1] // step), dtype=np.int64) * step
    shape = (len(keys), at.size)
    values, mask = np.full(shape, np.nan), np.zeros(shape, np.bool_)
    cell = rows.ids * at.size + rows.at // step - first
    value = _increases(keys, rows)
    present = ~np.isnan(value) | _is(keys, rows.ids, Kind.GAUGE, Kind.LATCHED)
    cell, value, ids = cell[present], value[present], rows.ids[present]
    if cell.size:
        _reduce(values.reshape(-1), cell, value, _summed(keys, ids), rule)
        mask.reshape(-1)[cell] = True
    return SeriesBlock(keys, at, values, mask, step)


def _increases(keys: tuple[SeriesKey, ...], rows: Columns) -> NDArray[np.float64]:
    """Values, with each counter's sample replaced by its increase since the sample before (first: NaN)."""
    counters = _is(keys, rows.ids, Kind.COUNTER, Kind.HISTOGRAM)
    if not counters.any():
        return rows.value
    step = np.diff(rows.value, prepend=np.nan)
    step[1:][np.diff(rows.ids) != 0] = np.nan
    step = np.where(step < 0, rows.value, step)
    return np.where(counters, step, rows.value)


def _is(keys: tuple[SeriesKey, ...], ids: NDArray[np.int64], *kinds: Kind) -> NDArray[np.bool_]:
    return np.array([key.kind in kinds for key in keys], np.bool_)[ids]


def _summed(keys: tuple[SeriesKey, ...], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    return _is(keys, ids, Kind.COUNTER, Kind.HISTOGRAM, Kind.PERIOD_COUNT)


def _reduce(
    out: NDArray[np.float64],
    cell: NDArray[np.int64],
    value: NDArray[np.float64],
    summed: NDArray[np.bool_],
    rule: Rule,
) -> None:
    """Fill `out[cell]` from samples sorted by cell."""
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    ends = np.append(starts[1:], cell.size) - 1
    totals = np.add.reduceat(np.nan_to_num(value), starts)
    chosen = _by_rule(value, starts, ends, totals, rule)
    out[cell[starts]] = np.where(summed[starts], totals, chosen)


def _by_rule(
    value: NDArray[np.float64],
    starts: NDArray[np.intp],
    ends: NDArray[np.intp],
    totals: NDArray[np.float64],
    rule: Rule,
) -> NDArray[np.float64]:
    if rule is Rule.LAST:
        return value[ends]
    sensible = np.add.reduceat((~np.isnan(value)).astype(np.float64), starts)
    match rule:
        case Rule.MIN:
            return np.fmin.reduceat(value, starts)
        case Rule.MAX:
            return np.fmax.reduceat(value, starts)
        case Rule.SUM:
            return np.where(sensible > 0, totals, np.nan)
        case _:
            return np.divide(totals, sensible, out=np.full_like(totals, np.nan), where=sensible > 0)
