"""Coarse steps from rollups, where raw samples have expired."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reinfra.model import DAY, Kind, SeriesBlock, SeriesKey
from reinfra.store.base import Rule, Stored
from reinfra.store.codec import DamagedError
from reinfra.store.columns import BLOCK, GROUP, Columns
from reinfra.store.grid import RISING, counted
from reinfra.store.rollups import COARSE, FINE, load
from reinfra.store.sums import COLUMNS, Sums, sums, sums_of

if TYPE_CHECKING:
    from reinfra.store.store import Store

Bools = NDArray[np.bool_]
_RULES = {Rule.LAST, Rule.MEAN, Rule.MIN, Rule.MAX, Rule.SUM}
_SOONEST = DAY
"""Nothing expires sooner than this: the least that a retention policy may say."""


def is_kept(step: int, rule: Rule) -> bool:
    """Whether rollups can answer: a quantile cannot be rolled up, and a step must be whole 5 minutes."""
    return step % FINE == 0 and rule in _RULES


@dataclass(slots=True)
class Cells:
    """Sums of series x steps of one level from the beginning of block `first` on, some of them rollups."""

    ids: NDArray[np.int64]
    first: int
    level: int
    columns: dict[str, NDArray[np.float64]]
    rolled: Bools

    @classmethod
    def empty(cls, ids: NDArray[np.int64], blocks: range, level: int) -> "Cells":
        shape = ids.size, len(blocks) * (BLOCK // level)
        columns = {name: np.full(shape, np.nan) for name in COLUMNS}
        return cls(ids, blocks.start, level, columns, np.zeros(shape, np.bool_))

    def enter(self, found: Sums, block: int, chosen: Bools, *, rolled: bool = False) -> None:
        """Put in what was found from `block` on, of the `chosen` series (one bool each)."""
        places = np.flatnonzero(chosen & np.isin(self.ids, found.ids))
        order = np.argsort(found.ids)
        rows = order[np.searchsorted(found.ids, self.ids[places], sorter=order)]
        column = (block - self.first) * (BLOCK // self.level)
        part = slice(column, column + found.count.shape[1])
        for name, matrix in self.columns.items():
            matrix[places, part] = getattr(found, name)[rows]
        self.rolled[places, part] = rolled & (found.count[rows] > 0)

    def on_grid(
        self, keys: tuple[SeriesKey, ...], at: NDArray[np.int64], step: int, rule: Rule
    ) -> SeriesBlock:
        """By steps of whole cells."""
        begin, factor = int(at[0] - self.first * BLOCK) // self.level, step // self.level
        cut = slice(begin, begin + at.size * factor)
        shape = len(keys), at.size, factor
        columns = {name: one[:, cut].reshape(shape) for name, one in self.columns.items()}
        values, mask = _reduced(columns, rule, _summed(keys))
        rolled = np.logical_or.reduce(self.rolled[:, cut].reshape(shape), axis=2)
        return SeriesBlock(keys, at, values, mask, step, rolled)


def with_expired(
    store: "Store",
    selected: list[Stored],
    rows: Columns,
    since: int,
    block: SeriesBlock,
    rule: Rule,
) -> SeriesBlock:
    """The block that raw samples from `since` on came to, with what has expired put in from rollups.

    Other cells stay as they are. In those, NaN samples count for no rule, not even the last.
    """
    if not is_kept(block.step, rule) or not block.mask.size or block.mask.all():
        return block
    level = COARSE if block.step % COARSE == 0 else FINE
    blocks = blocks_of(block.at, block.step)
    expired = _expired(
        store, selected, _absent(selected, rows, blocks, store.clock()), blocks, level
    )
    if not expired:
        return block
    columns = int(np.searchsorted(block.at, (max(expired) + 1) * BLOCK))
    at = block.at[:columns]
    cells = Cells.empty(ids_of(selected), blocks_of(at, block.step), level)
    early = rows.take(rows.at < at[-1] + block.step)
    begin, steps = cells.first * BLOCK, cells.rolled.shape[1]
    raw = sums(cells.ids, counted(block.keys, early, since), begin, steps, level)
    cells.enter(raw, cells.first, np.ones(len(selected), np.bool_))
    for number, (found, chosen) in expired.items():
        for one in found:
            cells.enter(one, number, chosen, rolled=True)
    return _replaced(block, cells.on_grid(block.keys, at, block.step, rule))


def _replaced(block: SeriesBlock, part: SeriesBlock) -> SeriesBlock:
    """The block with the rolled cells of `part`, which are its first columns."""
    rolled = np.zeros(block.mask.shape, np.bool_)
    values, mask = block.values.copy(), block.mask.copy()
    width = part.at.size
    if part.rolled is not None:
        rolled[:, :width] = part.rolled
        values[rolled], mask[rolled] = part.values[part.rolled], part.mask[part.rolled]
    return SeriesBlock(block.keys, block.at, values, mask, block.step, rolled)


def blocks_of(at: NDArray[np.int64], step: int) -> range:
    return range(int(at[0]) // BLOCK, -(-(int(at[-1]) + step) // BLOCK))


def ids_of(selected: list[Stored]) -> NDArray[np.int64]:
    return np.array([one.id for one in selected], np.int64)


def _absent(selected: list[Stored], rows: Columns, blocks: range, now: int) -> Bools:
    """Which series have no raw sample in which block, though it may have expired there."""
    numbers = np.array(blocks)
    place = rows.at // BLOCK - blocks.start
    inside = (place >= 0) & (place < numbers.size)
    absent = np.ones((len(selected), numbers.size), np.bool_)
    absent[rows.ids[inside], place[inside]] = False
    last = np.array([one.last_at for one in selected]) // BLOCK
    old = (numbers + 1) * BLOCK <= now - _SOONEST
    return absent & old & (numbers <= last[:, None])


def _expired(
    store: "Store", selected: list[Stored], absent: Bools, blocks: range, level: int
) -> dict[int, tuple[list[Sums], Bools]]:
    """By block, the rollups of what is absent, and of which series they are to be taken.

    Of a counter the block after the last expired one as well: its first raw sample has nothing to rise from.
    """
    ids = ids_of(selected)
    rising = np.array([one.key.kind in RISING for one in selected], np.bool_)
    asked = np.logical_or.reduce(absent, axis=0)
    asked[1:] |= asked[:-1] & rising.any()
    numbers = (np.flatnonzero(asked) + blocks.start).tolist()
    groups = np.unique(ids[absent.any(axis=1)] // GROUP).tolist()
    with store.reading() as connection:
        rows = sorted(load(connection, numbers, groups, level), key=lambda row: row.block)
    found: dict[int, tuple[list[Sums], Bools]] = {}
    gone = np.zeros((ids.size, absent.shape[1] + 1), np.bool_)
    for row in rows:
        try:
            one = sums_of(row)
        except DamagedError:
            continue  # `check` names it
        place = row.block - blocks.start
        # Before the first block there is the spare last column, in which nothing is gone.
        gone[:, place] |= absent[:, place] & np.isin(ids, one.ids[one.count.any(axis=1)])
        chosen = absent[:, place] | rising & gone[:, place - 1]
        found.setdefault(row.block, ([], chosen))[0].append(one)
    return found


def _reduced(
    columns: dict[str, NDArray[np.float64]], rule: Rule, summed: Bools
) -> tuple[NDArray[np.float64], Bools]:
    """Values and mask of series x steps, from columns of series x steps x cells."""
    there = np.nan_to_num(columns["count"]) > 0
    numbers = np.where(there, columns["count"], 0.0).sum(axis=2)
    with np.errstate(over="ignore", invalid="ignore"):
        totals = np.where(there, columns["total"], 0.0).sum(axis=2)
    mask = numbers > 0
    match rule:
        case Rule.MIN:
            values = np.fmin.reduce(columns["low"], axis=2)
        case Rule.MAX:
            values = np.fmax.reduce(columns["high"], axis=2)
        case Rule.SUM:
            values = totals
        case Rule.LAST:
            behind = there.shape[2] - 1 - np.argmax(there[:, :, ::-1], axis=2)
            values = np.take_along_axis(columns["last"], behind[:, :, None], axis=2)[:, :, 0]
        case _:
            values = totals / np.maximum(numbers, 1)
    values = np.where(summed[:, None], totals, values)
    return np.where(mask, values, np.nan), mask


def _summed(keys: tuple[SeriesKey, ...]) -> Bools:
    kinds = {*RISING, Kind.PERIOD_COUNT}
    return np.array([key.kind in kinds for key in keys], np.bool_)
