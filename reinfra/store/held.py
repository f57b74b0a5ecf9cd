"""Whether samples are in the database already, with these very values."""

import numpy as np
from sqlalchemy import Connection

from reinfra.store import chunks, frames
from reinfra.store.columns import BLOCK, GROUP, Columns
from reinfra.store.gather import gather
from reinfra.store.grid import flat


def holds(connection: Connection, rows: Columns) -> bool:
    """Whether writing these samples again would change nothing.

    A batch that came before may have been written over since: then it is an observation of its own.
    """
    if not rows.ids.size:
        return True
    ids, place = np.unique(rows.ids, return_inverse=True)
    since, until = int(rows.at.min()), int(rows.at.max()) + 1
    hot = frames.load(connection, np.unique(ids // GROUP).tolist(), since, until)
    sealed = chunks.load(connection, range(since // BLOCK, (until - 1) // BLOCK + 1), ids)
    found = flat(gather(hot, sealed, ids, since, until))
    span = until - since
    there = found.ids * span + found.at - since
    wanted = place * span + rows.at - since
    _, last = np.unique(wanted[::-1], return_index=True)  # of one instant, what came last counts
    last = wanted.size - 1 - last
    at = np.searchsorted(there, wanted[last])
    if (at >= there.size).any() or (there[at] != wanted[last]).any():
        return False
    return bool((_bits(found.value[at]) == _bits(rows.value[last])).all())


def _bits(
    value: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """So that one NaN is like another of its bits."""
    return np.ascontiguousarray(value).view(np.int64)
