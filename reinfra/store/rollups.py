"""Rollups: what 5 minutes and 1 hour of samples come to, written when a block is sealed.

A group's rollup is one row of matrices (series x steps). A quantile is never rolled up: it comes from raw
samples, or from the increases of a histogram's buckets, which add.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select

from reinfra.model import HOUR, MINUTE, SeriesKey
from reinfra.store import catalogue
from reinfra.store.base import Rule
from reinfra.store.codec import DamagedError, checksum, pack, unpack
from reinfra.store.columns import BLOCK, GROUP
from reinfra.store.grid import LOOKBACK, counted, flat, reduce
from reinfra.store.tables import chunk, rollup
from reinfra.store.upsert import upsert

if TYPE_CHECKING:
    from reinfra.store.store import Store

FINE, COARSE = 5 * MINUTE, HOUR
STEPS = (FINE, COARSE)
_COLUMNS = ("count", "total", "low", "high", "last")


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Per series and step: how many numbers, their sum, extremes and last; NaN where there is none."""

    ids: NDArray[np.int64]
    count: NDArray[np.int64]
    total: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    last: NDArray[np.float64]

    def coarser(self, factor: int) -> "Sums":
        """The same over `factor` steps each."""
        shape = (self.ids.size, -1, factor)
        count, total, last = (one.reshape(shape) for one in (self.count, self.total, self.last))
        low, high = self.low.reshape(shape), self.high.reshape(shape)
        there = count > 0
        behind = factor - 1 - np.argmax(there[:, :, ::-1], axis=2)
        summed = np.where(there, total, 0).sum(axis=2)
        return Sums(
            self.ids,
            count.sum(axis=2),
            np.where(there.any(axis=2), summed, np.nan),
            np.fmin.reduce(low, axis=2),
            np.fmax.reduce(high, axis=2),
            np.take_along_axis(last, behind[:, :, None], axis=2)[:, :, 0],
        )


def roll_up(store: "Store", block: int, groups: Iterable[int]) -> None:
    """Write the rollups of these groups and block, and bring the next block's first step up to date."""
    for group in groups:
        rows = []
        for one in (block, block + 1):
            with store.reading() as connection:
                keys = _sealed_keys(connection, one, group)
                again = one == block or _has(connection, one, group)
            if keys and again:
                sums = _sums(store, keys, one)
                rows += [_row(sums, one, group, FINE), _row(sums.coarser(12), one, group, COARSE)]
        if rows:
            with store.writing() as connection:
                upsert(connection, rollup, rows)


def _sums(store: "Store", keys: dict[int, SeriesKey], block: int) -> Sums:
    since, steps = block * BLOCK, BLOCK // FINE
    ids = np.array(list(keys), np.int64)
    rows = store.gathered(ids, since - LOOKBACK, since + BLOCK)
    samples = counted(tuple(keys.values()), flat(rows), since)
    samples = samples.take(~np.isnan(samples.value))
    cell = samples.ids * steps + (samples.at - since) // FINE
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    used, shape = cell[starts], (ids.size, steps)
    count = np.zeros(shape, np.int64)
    count.reshape(-1)[used] = np.diff(starts, append=cell.size)
    parts = []
    for rule in (Rule.SUM, Rule.MIN, Rule.MAX, Rule.LAST):
        out = np.full(shape, np.nan)
        if used.size:
            out.reshape(-1)[used] = reduce(samples.value, starts, rule)
        parts.append(out)
    return Sums(ids, count, *parts)


def _sealed_keys(connection: Connection, block: int, group: int) -> dict[int, SeriesKey]:
    low = group * GROUP
    c = chunk.c
    query = select(c.series_id).where(c.block == block, c.series_id.between(low, low + GROUP - 1))
    ids = set(connection.execute(query).scalars())
    return dict(sorted(catalogue.keys_of(connection, ids).items()))


def _has(connection: Connection, block: int, group: int) -> bool:
    c = rollup.c
    query = select(c.block).where(c.block == block, c.group_id == group, c.step == FINE)
    return connection.execute(query).first() is not None


def _row(sums: Sums, block: int, group: int, step: int) -> dict[str, Any]:
    blobs = {"series_ids": sums.ids.astype("<i4").tobytes()}
    blobs |= {name: pack(getattr(sums, name).reshape(-1)) for name in _COLUMNS}
    name = {"block": block, "group_id": group, "step": step}
    return name | blobs | {"crc": checksum(*blobs.values())}


_LOAD = select(rollup).where(
    rollup.c.block.in_(bindparam("blocks", expanding=True, literal_execute=True)),
    rollup.c.group_id.in_(bindparam("groups", expanding=True, literal_execute=True)),
    rollup.c.step == bindparam("length"),
)


def load(connection: Connection, blocks: list[int], groups: list[int], step: int) -> list[Any]:
    """The rows of these groups and blocks, not yet decoded."""
    asked = {"blocks": blocks, "groups": groups, "length": step}
    return list(connection.execute(_LOAD, asked).all()) if blocks and groups else []


def sums_of(row: Any) -> Sums:  # noqa: ANN401 - a database row
    """One row decoded. Raises DamagedError."""
    if checksum(row.series_ids, *(getattr(row, name) for name in _COLUMNS)) != row.crc:
        raise DamagedError("a rollup's checksum is wrong")
    ids = np.frombuffer(row.series_ids, "<i4").astype(np.int64)
    shape = (ids.size, BLOCK // row.step)
    count = unpack(row.count, ids.size * shape[1], np.int64).reshape(shape)
    rest = [
        unpack(getattr(row, name), ids.size * shape[1], np.float64).reshape(shape)
        for name in _COLUMNS[1:]
    ]
    return Sums(ids, count, *rest)
