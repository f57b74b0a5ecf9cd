"""Sums over long spans: sealed blocks give theirs without being opened."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, func, select

from reinfra.store.base import Stored
from reinfra.store.columns import BLOCK, GROUP
from reinfra.store.grid import flat
from reinfra.store.store import Store
from reinfra.store.tables import chunk, hot_frame


def totals(store: Store, selected: list[Stored], since: int, until: int) -> NDArray[np.float64]:
    """The sum of each series' finite samples in [since, until), in the order of `selected`.

    These are sums of values as they were written: of a counter, use `read` for its increase.
    """
    ids = np.array([stored.id for stored in selected], np.int64)
    first, last = -(-since // BLOCK), until // BLOCK
    if first >= last:
        return _raw(store, ids, since, until)
    with store.reading() as connection:
        open_blocks = _with_frames(connection, ids, first, last)
        sums = _sealed(connection, ids, first, last, open_blocks)
    spans = [(since, first * BLOCK), (last * BLOCK, until)]
    spans += [(block * BLOCK, (block + 1) * BLOCK) for block in open_blocks]
    for low, high in spans:
        if low < high:
            sums += _raw(store, ids, low, high)
    return sums


def _raw(store: Store, ids: NDArray[np.int64], since: int, until: int) -> NDArray[np.float64]:
    rows = flat(store.gathered(ids, since, until))
    value = np.where(np.isfinite(rows.value), rows.value, 0.0)
    return np.bincount(rows.ids, value, ids.size).astype(np.float64)


def _with_frames(
    connection: Connection, ids: NDArray[np.int64], first: int, last: int
) -> list[int]:
    """The blocks that have frames of these series' groups: what their chunks say is not all."""
    c = hot_frame.c
    groups = np.unique(ids // GROUP).tolist()
    query = select(c.since // BLOCK).where(
        c.group_id.in_(groups), c.since >= first * BLOCK, c.since < last * BLOCK
    )
    return sorted(set(connection.execute(query.distinct()).scalars()))


_TOTALS = (
    select(chunk.c.series_id, func.sum(chunk.c.total).label("total"))
    .where(
        chunk.c.block.between(bindparam("first"), bindparam("last")),
        chunk.c.block.not_in(bindparam("left", expanding=True, literal_execute=True)),
        chunk.c.series_id.between(bindparam("low"), bindparam("high")),
    )
    .group_by(chunk.c.series_id)
)


def _sealed(
    connection: Connection, ids: NDArray[np.int64], first: int, last: int, left: list[int]
) -> NDArray[np.float64]:
    asked = {"first": first, "last": last - 1, "left": left or [-1]}
    asked |= {"low": int(ids.min()), "high": int(ids.max())}
    found = {row.series_id: row.total for row in connection.execute(_TOTALS, asked)}
    return np.array([found.get(id_) or 0.0 for id_ in ids.tolist()])
