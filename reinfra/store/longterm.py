"""Long spans at coarse steps: from rollups where there are, from raw samples where they are not (yet)."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from reinfra.model import InputError, Kind, SeriesBlock
from reinfra.store.base import Rule, Stored
from reinfra.store.codec import DamagedError
from reinfra.store.columns import BLOCK, GROUP
from reinfra.store.grid import LOOKBACK, RISING, flat
from reinfra.store.rollups import COARSE, FINE, load
from reinfra.store.store import Store
from reinfra.store.sums import COLUMNS, Sums, sums, sums_of
from reinfra.store.tables import hot_frame

_RULES = {Rule.LAST, Rule.MEAN, Rule.MIN, Rule.MAX, Rule.SUM}


def read_long(
    store: Store, selected: list[Stored], since: int, until: int, step: int, rule: Rule = Rule.MEAN
) -> SeriesBlock:
    """As `Store.read`, over whole steps and also where raw samples have expired.

    A step of whole hours reads the hourly rollups, one of whole 5 minutes the finer ones, which reach as
    far back as raw samples and their retention do. Raises InputError for a quantile or another step. NaN
    samples count for no rule, not even the last.
    """
    level = COARSE if step % COARSE == 0 else FINE
    if rule not in _RULES or step % FINE:
        raise InputError(
            f"{rule.value} at a step of {step} ms is not kept for long",
            todo="Ask for mean, min, max, sum or last at a multiple of 5 minutes.",
        )
    first, last = since // step * step, -(-until // step) * step
    keys = tuple(stored.key for stored in selected)
    at = np.arange(first, last, step, dtype=np.int64)
    low, high = first // BLOCK, -(-last // BLOCK)
    cells = _cells(store, selected, range(low, high), level)
    cut = slice((first - low * BLOCK) // level, (last - low * BLOCK) // level)
    cells = {name: one[:, cut] for name, one in cells.items()}
    values, mask = _reduced(cells, step // level, rule, _summed(selected))
    return SeriesBlock(keys, at, values, mask, step)


def _cells(
    store: Store, selected: list[Stored], blocks: range, level: int
) -> dict[str, NDArray[np.float64]]:
    """Matrices of all the blocks' steps at this level, one row per selected series."""
    ids = np.array([stored.id for stored in selected], np.int64)
    groups = np.unique(ids // GROUP).tolist()
    with store.reading() as connection:
        rows = load(connection, list(blocks), groups, level)
        c = hot_frame.c
        query = select(c.since // BLOCK, c.group_id).where(c.group_id.in_(groups)).distinct()
        hot = {(block, group) for block, group in connection.execute(query)}
    per = BLOCK // level
    cells = {name: np.full((ids.size, len(blocks) * per), np.nan) for name in COLUMNS}
    done = set()
    for row in rows:
        try:
            found = sums_of(row)
        except DamagedError:
            continue  # read from raw below, if that is still there
        if (row.block, row.group_id) not in hot:
            done.add((row.block, row.group_id))
            _enter(cells, ids, found, (row.block - blocks.start) * per)
    for block, group in sorted({(b, g) for b in blocks for g in groups} - done):
        mine = np.flatnonzero(ids // GROUP == group)
        found = _from_raw(store, [selected[i] for i in mine], block, level)
        _enter(cells, ids, found, (block - blocks.start) * per)
    return cells


def _from_raw(store: Store, selected: list[Stored], block: int, level: int) -> Sums:
    ids, since = np.array([one.id for one in selected], np.int64), block * BLOCK
    rising = any(one.key.kind in RISING for one in selected)
    rows = store.gathered(ids, since - LOOKBACK if rising else since, since + BLOCK)
    return sums(ids, tuple(one.key for one in selected), flat(rows), block, level)


def _enter(
    cells: dict[str, NDArray[np.float64]], ids: NDArray[np.int64], found: Sums, column: int
) -> None:
    places = np.flatnonzero(np.isin(ids, found.ids))
    rows = np.searchsorted(found.ids, ids[places])
    for name, matrix in cells.items():
        part = getattr(found, name)
        matrix[places, column : column + part.shape[1]] = part[rows]


def _reduced(
    cells: dict[str, NDArray[np.float64]], factor: int, rule: Rule, summed: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    count, total, low, high, last = (
        cells[name].reshape(cells[name].shape[0], -1, factor) for name in COLUMNS
    )
    there = np.nan_to_num(count) > 0
    numbers = np.where(there, count, 0.0).sum(axis=2)
    sums_ = np.where(there, total, 0.0).sum(axis=2)
    mask = numbers > 0
    match rule:
        case Rule.MIN:
            values = np.fmin.reduce(low, axis=2)
        case Rule.MAX:
            values = np.fmax.reduce(high, axis=2)
        case Rule.SUM:
            values = sums_
        case Rule.LAST:
            behind = factor - 1 - np.argmax(there[:, :, ::-1], axis=2)
            values = np.take_along_axis(last, behind[:, :, None], axis=2)[:, :, 0]
        case _:
            values = sums_ / np.maximum(numbers, 1)
    values = np.where(summed[:, None], sums_, values)
    return np.where(mask, values, np.nan), mask


def _summed(selected: list[Stored]) -> NDArray[np.bool_]:
    kinds = {*RISING, Kind.PERIOD_COUNT}
    return np.array([one.key.kind in kinds for one in selected], np.bool_)
