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
from reinfra.store.columns import BLOCK, GROUP, Runs
from reinfra.store.gather import Gathered
from reinfra.store.grid import LOOKBACK, RISING, flat
from reinfra.store.sums import Sums, row_of, sums, sums_of
from reinfra.store.tables import chunk, rollup, time_vector

if TYPE_CHECKING:
    from reinfra.store.store import Store

FINE, COARSE = 5 * MINUTE, HOUR


def rolled(store: "Store", block: int, group: int, runs: Runs) -> list[dict[str, Any]]:
    """The hourly rollup of a group whose runs are being sealed; the next block's too if it begins anew.

    Series of the group that are not in `runs` keep what their rollup says.
    """
    with store.reading() as connection:
        keys = catalogue.keys_of(connection, set(runs.ids.tolist()))
        before = _before(connection, block, runs.ids)
        known = load(connection, [block, block + 1], [group], COARSE)
    ordered = tuple(keys[id_] for id_ in runs.ids.tolist())
    made = sums(runs.ids, ordered, flat(_after(runs, ordered, before)), block, COARSE)
    rows = []
    for row in known:
        if row.block == block and (old := _whole(row)) is not None:
            made = made.beside(old)
        elif row.block == block + 1:
            rows.append(row_of(rebuilt(store, block + 1, group, COARSE), block + 1, group, COARSE))
    return [row_of(made, block, group, COARSE), *rows]


def rebuilt(store: "Store", block: int, group: int, step: int) -> Sums:
    """The rollup of everything that is stored of a group's block."""
    with store.reading() as connection:
        keys = _sealed_keys(connection, block, group)
    ids, since = np.array(list(keys), np.int64), block * BLOCK
    rows = store.gathered(ids, since - LOOKBACK, since + BLOCK)
    return sums(ids, tuple(keys.values()), flat(rows), block, step)


_LOAD = select(rollup).where(
    rollup.c.block.in_(bindparam("blocks", expanding=True, literal_execute=True)),
    rollup.c.group_id.in_(bindparam("groups", expanding=True, literal_execute=True)),
    rollup.c.step == bindparam("length"),
)


def load(connection: Connection, blocks: list[int], groups: list[int], step: int) -> list[Any]:
    """The rows of these groups and blocks, not yet decoded."""
    asked = {"blocks": blocks, "groups": groups, "length": step}
    return list(connection.execute(_LOAD, asked).all()) if blocks and groups else []


def _whole(row: Any) -> Sums | None:  # noqa: ANN401 - a database row
    try:
        return sums_of(row)
    except DamagedError:
        return None  # what it held is rebuilt when the group is sealed whole; `check` names it


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
