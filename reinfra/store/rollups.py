"""Rollups: 1 hour written when a block is sealed, 5 minutes when its raw samples are about to expire.

Raw samples of a month are read in milliseconds, so the finer level is only worth its bytes after them
(0.7 bytes a sample, a third more disk: RESULTS.md). A quantile is never rolled up: it comes from raw
samples, or from the increases of a histogram's buckets, which add.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select

from reinfra.model import HOUR, MINUTE, SeriesKey
from reinfra.store import catalogue
from reinfra.store.codec import DamagedError
from reinfra.store.columns import BLOCK, GROUP, Columns, Runs
from reinfra.store.gather import Gathered
from reinfra.store.grid import LOOKBACK, RISING, counted, flat
from reinfra.store.sums import Sums, row_of, sums, sums_of
from reinfra.store.tables import chunk, rollup, time_vector

if TYPE_CHECKING:
    from reinfra.store.store import Store

FINE, COARSE = 5 * MINUTE, HOUR


def rolled(store: "Store", block: int, group: int, runs: Runs) -> list[dict[str, Any]]:
    """The hourly rollup of a group whose runs are being sealed; the next block's too, if there is one:
    its counters may rise from another sample now.
    """
    with store.reading() as connection:
        keys = catalogue.keys_of(connection, set(runs.ids.tolist()))
        before = _before(connection, block, runs.ids)
        rows = load(connection, [block, block + 1], [group], COARSE)
    known = {row.block: row for row in rows}
    ordered = tuple(keys[id_] for id_ in runs.ids.tolist())
    made = of_block(runs.ids, ordered, flat(_after(runs, ordered, before)), block, COARSE)
    rows = [row_of(_over(made, known.get(block)), block, group, COARSE)]
    if block + 1 in known:
        rows.append(rebuilt(store, block + 1, group, COARSE))
    return rows


def rebuilt(store: "Store", block: int, group: int, step: int) -> dict[str, Any]:
    """The row of a group's block, from everything that is stored of it and what was rolled up before."""
    with store.reading() as connection:
        keys = _sealed_keys(connection, block, group)
        old = next(iter(load(connection, [block], [group], step)), None)
    ids, since = np.array(list(keys), np.int64), block * BLOCK
    rows = store.gathered(ids, since - LOOKBACK, since + BLOCK)
    made = of_block(ids, tuple(keys.values()), flat(rows), block, step)
    return row_of(_over(made, old), block, group, step)


def of_block(
    ids: NDArray[np.int64], keys: tuple[SeriesKey, ...], rows: Columns, block: int, step: int
) -> Sums:
    """The sums of one block. Samples before it only serve as what a counter rose from."""
    since = block * BLOCK
    return sums(ids, counted(keys, rows, since), since, BLOCK // step, step)


_LOAD = select(rollup).where(
    rollup.c.block.in_(bindparam("blocks", expanding=True, literal_execute=True)),
    rollup.c.group_id.in_(bindparam("groups", expanding=True, literal_execute=True)),
    rollup.c.step == bindparam("length"),
)


def load(connection: Connection, blocks: list[int], groups: list[int], step: int) -> list[Any]:
    """The rows of these groups and blocks, not yet decoded."""
    asked = {"blocks": blocks, "groups": groups, "length": step}
    return list(connection.execute(_LOAD, asked).all()) if blocks and groups else []


def _over(made: Sums, row: Any) -> Sums:  # noqa: ANN401 - a database row, or None
    if row is None:
        return made
    try:
        return made.over(sums_of(row))
    except DamagedError:
        return made  # what else it held is lost; `check` named it


_LAST = (
    select(chunk.c.series_id, chunk.c.last, time_vector.c.until)
    .join(
        time_vector,
        (time_vector.c.block == chunk.c.block) & (time_vector.c.id == chunk.c.time_id),
    )
    .where(
        chunk.c.block == bindparam("number"),
        chunk.c.series_id.between(bindparam("low"), bindparam("high")),
        time_vector.c.until >= bindparam("since"),
        chunk.c.last.is_not(None),
    )
)


def _before(
    connection: Connection, block: int, ids: NDArray[np.int64]
) -> dict[int, tuple[int, float]]:
    """The last sample of the block before, of the series that have one close enough to count from."""
    asked = {"number": block - 1, "low": int(ids.min()), "high": int(ids.max())}
    found = connection.execute(_LAST, asked | {"since": block * BLOCK - LOOKBACK}).all()
    return {row.series_id: (row.until, row.last) for row in found}


def _after(
    runs: Runs, keys: tuple[SeriesKey, ...], before: dict[int, tuple[int, float]]
) -> Gathered:
    """The runs, each counter's led by the sample before it."""
    led = [
        (start, *before[id_])
        for id_, start, key in zip(runs.ids.tolist(), runs.start.tolist(), keys, strict=True)
        if key.kind in RISING and id_ in before
    ]
    if not led:
        return Gathered(runs.start, runs.count, runs.at, runs.value, 0)
    places, at, value = (np.array(column) for column in zip(*led, strict=True))
    count = runs.count + np.isin(runs.start, places)
    return Gathered(
        np.cumsum(count) - count,
        count,
        np.insert(runs.at, places, at),
        np.insert(runs.value, places, value),
        0,
    )


def _sealed_keys(connection: Connection, block: int, group: int) -> dict[int, SeriesKey]:
    low = group * GROUP
    c = chunk.c
    query = select(c.series_id).where(c.block == block, c.series_id.between(low, low + GROUP - 1))
    ids = set(connection.execute(query).scalars())
    return dict(sorted(catalogue.keys_of(connection, ids).items()))
