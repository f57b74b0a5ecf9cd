"""Hot frames: samples as they arrive, three columns in three blobs, a row per batch, group and block."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, bindparam, insert, select

from reinfra.store.codec import checksum
from reinfra.store.columns import BLOCK, GROUP, Columns
from reinfra.store.tables import hot_frame


class Frame(NamedTuple):
    """One loaded row: its blobs are decoded by whoever assembles them."""

    seq: int
    group_id: int
    since: int
    series_ids: bytes
    at: bytes | None
    value: bytes
    crc: int

    @property
    def whole(self) -> bool:
        return checksum(self.series_ids, self.at, self.value) == self.crc

    @property
    def until(self) -> int:
        """When its last sample is."""
        after = np.frombuffer(self.at, "<i4").max() if self.at else 0
        return self.since + int(after)


def append(connection: Connection, source_id: int, columns: Columns) -> int:
    """Insert the samples as frames, and return how many frames they are."""
    rows = list(_rows(source_id, columns))
    connection.execute(insert(hot_frame), rows)
    return len(rows)


_COLUMNS = [getattr(hot_frame.c, name) for name in Frame._fields]
_BY_TIME = (
    select(*_COLUMNS)
    .where(hot_frame.c.group_id.in_(bindparam("groups", expanding=True, literal_execute=True)))
    .where(hot_frame.c.since < bindparam("upto"), hot_frame.c.until >= bindparam("since"))
)
_LATER = select(*_COLUMNS).where(
    hot_frame.c.source_id == bindparam("source"), hot_frame.c.seq > bindparam("seq")
)


def load(connection: Connection, groups: Iterable[int], since: int, until: int) -> list[Frame]:
    """The frames of these groups that may hold samples in [since, until), oldest write first."""
    wanted = sorted(groups)
    if not wanted:
        return []
    rows = connection.execute(_BY_TIME, {"groups": wanted, "since": since, "upto": until}).all()
    return sorted(map(Frame._make, rows), key=lambda frame: frame.seq)


def later_than(connection: Connection, source_id: int, seq: int) -> list[Frame]:
    """The frames of one source that were written after `seq`, oldest first."""
    rows = connection.execute(_LATER, {"source": source_id, "seq": seq}).all()
    return sorted(map(Frame._make, rows), key=lambda frame: frame.seq)


def columns_of(frame: Frame) -> Columns:
    """The samples of one whole frame, in its order."""
    ids = np.frombuffer(frame.series_ids, "<i4").astype(np.int64)
    if frame.at is None:
        at = np.full(ids.size, frame.since)
    else:
        at = frame.since + np.frombuffer(frame.at, "<i4").astype(np.int64)
    return Columns(ids, at, np.frombuffer(frame.value, "<f8"))


def _rows(source_id: int, columns: Columns) -> Iterator[dict[str, Any]]:
    """By group and block; within a frame by (series, time), so that equal layouts are equal bytes."""
    block = columns.at // BLOCK
    if (block != block[0]).any() or not (columns.ids[1:] > columns.ids[:-1]).all():
        columns = columns.take(np.lexsort((columns.at, columns.ids, block)))
        block = columns.at // BLOCK
    group = columns.ids // GROUP
    cut = (block[1:] != block[:-1]) | (group[1:] != group[:-1])
    edges = [0, *(np.flatnonzero(cut) + 1).tolist(), columns.at.size]
    for start, end in pairwise(edges):
        part = slice(start, end)
        yield _row(source_id, Columns(columns.ids[part], columns.at[part], columns.value[part]))


def _row(source_id: int, part: Columns) -> dict[str, Any]:
    since, until = int(part.at.min()), int(part.at.max())
    ids = part.ids.astype("<i4").tobytes()
    at = None if since == until else (part.at - since).astype("<i4").tobytes()
    value = part.value.astype("<f8").tobytes()
    return {
        "source_id": source_id,
        "group_id": int(part.ids[0]) // GROUP,
        "since": since,
        "until": until,
        "count": int(part.at.size),
        "series_ids": ids,
        "at": at,
        "value": value,
        "crc": checksum(ids, at, value),
    }
