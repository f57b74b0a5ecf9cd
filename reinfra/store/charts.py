"""What a chart of a long time reads: steps that rollups have, and rollups wherever they are."""

import numpy as np
from sqlalchemy import select

from reinfra.model import SeriesBlock
from reinfra.store.base import Rule, SampleStore, Stored
from reinfra.store.codec import DamagedError
from reinfra.store.columns import BLOCK, GROUP
from reinfra.store.grid import LOOKBACK, flat
from reinfra.store.longterm import Cells, blocks_of, ids_of, is_kept
from reinfra.store.rollups import COARSE, FINE, load, of_block
from reinfra.store.store import Store
from reinfra.store.sums import Sums, sums_of
from reinfra.store.tables import hot_frame


def step_of(length: int, points: int) -> int:
    """The step that gives at most about so many points; whole hours or 5 minutes where it is not far less."""
    step = max(length // points, 1)
    unit = next((one for one in (COARSE, FINE) if 2 * step >= one), 1)
    return -(-step // unit) * unit


def read_chart(
    store: SampleStore,
    selected: list[Stored],
    since: int,
    until: int,
    points: int,
    rule: Rule = Rule.MEAN,
) -> SeriesBlock:
    """As `read`, at a step of its own choice. By the hour, sealed blocks are read from their rollups, raw
    samples or not: a month of a fleet without opening it. Of those, NaN samples count for no rule.
    """
    step = step_of(until - since, points)
    if not isinstance(store, Store) or step % COARSE or not is_kept(step, rule):
        return store.read(selected, since, until, step, rule)
    at = np.arange(since // step * step, until, step, dtype=np.int64)
    if not selected or not at.size:
        return store.read(selected, since, until, step, rule)
    keys = tuple(one.key for one in selected)
    return _cells(store, selected, blocks_of(at, step)).on_grid(keys, at, step, rule)


def _cells(store: Store, selected: list[Stored], blocks: range) -> Cells:
    ids = ids_of(selected)
    cells = Cells.empty(ids, blocks, COARSE)
    sealed, hot = _rollups(store, np.unique(ids // GROUP).tolist(), blocks)
    for (block, group), found in sealed.items():
        cells.enter(found, block, ids // GROUP == group, rolled=True)
    first, last = min(one.first_at for one in selected), max(one.last_at for one in selected)
    for block in range(max(blocks.start, first // BLOCK), min(blocks.stop, last // BLOCK + 1)):
        for group in np.unique(ids // GROUP).tolist():
            name = block, group
            if name in hot or name not in sealed:
                mine = [one for one in selected if one.id // GROUP == group]
                made = _raw(store, mine, block)
                made = made.over(sealed[name]) if name in sealed else made
                cells.enter(made, block, np.isin(ids, made.ids))
    return cells


def _raw(store: Store, selected: list[Stored], block: int) -> Sums:
    ids, keys = ids_of(selected), tuple(one.key for one in selected)
    rows = store.gathered(ids, block * BLOCK - LOOKBACK, (block + 1) * BLOCK)
    return of_block(ids, keys, flat(rows), block, COARSE)


Names = set[tuple[int, int]]
"""Blocks and groups."""


def _rollups(
    store: Store, groups: list[int], blocks: range
) -> tuple[dict[tuple[int, int], Sums], Names]:
    """The rollups by block and group, and where there are frames that they do not hold."""
    frames = select(hot_frame.c.since // BLOCK, hot_frame.c.group_id)
    with store.reading() as connection:
        rows = load(connection, list(blocks), groups, COARSE)
        mine = frames.where(hot_frame.c.group_id.in_(groups)).distinct()
        hot = {(block, group) for block, group in connection.execute(mine)}
    sealed = {}
    for row in rows:
        try:
            sealed[row.block, row.group_id] = sums_of(row)
        except DamagedError:
            continue  # read from raw samples, if they are still there
    return sealed, hot
