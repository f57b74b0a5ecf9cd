"""Hot frames: samples as they arrive, a few columns in a few blobs, one row per batch and block of time."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, insert, select

from reinfra.model import HOUR
from reinfra.store.schema import hot_frame

BLOCK = 4 * HOUR
"""No frame reaches over a multiple of this, so that a read by time opens few frames."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Samples by series id, in no particular order."""

    ids: NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]

    def take(self, index: NDArray[Any]) -> "Columns":
        return Columns(self.ids[index], self.at[index], self.value[index])


def append(connection: Connection, source_id: int, columns: Columns) -> int:
    """Insert the samples as frames; a frame that is there already is left. Returns the new frames' count."""
    known = _known(connection, source_id, columns)
    rows = [row for row in _rows(source_id, columns) if (row["since"], row["digest"]) not in known]
    if rows:
        connection.execute(insert(hot_frame), rows)
    return len(rows)


def load(connection: Connection, since: int, until: int) -> list[Any]:
    """The rows that may hold samples in [since, until), oldest write first, not yet decoded."""
    columns = hot_frame.c
    return list(
        connection.execute(
            select(columns.since, columns.series_ids, columns.at, columns.value, columns.crc)
            .where(columns.since < until, columns.until >= since)
            .order_by(columns.seq)
        )
    )


def decode(rows: Sequence[Any]) -> Iterator[Columns]:
    """The samples of loaded rows. A frame whose checksum is wrong is left out by the caller's count."""
    for row in rows:
        if zlib.crc32(row.value, zlib.crc32(row.series_ids)) != row.crc:
            continue
        ids = np.frombuffer(row.series_ids, "<i8")
        at = np.full(ids.size, row.since) if row.at is None else np.frombuffer(row.at, "<i8")
        yield Columns(ids, at, np.frombuffer(row.value, "<f8"))


def _known(connection: Connection, source_id: int, columns: Columns) -> set[tuple[int, bytes]]:
    rows = connection.execute(
        select(hot_frame.c.since, hot_frame.c.digest).where(
            hot_frame.c.source_id == source_id,
            hot_frame.c.since >= int(columns.at.min()),
            hot_frame.c.since <= int(columns.at.max()),
        )
    )
    return {(row.since, bytes(row.digest)) for row in rows}


def _rows(source_id: int, columns: Columns) -> Iterator[dict[str, Any]]:
    order = np.argsort(columns.at, kind="stable")
    columns = columns.take(order)
    edges = np.flatnonzero(np.diff(columns.at // BLOCK)) + 1
    for part in np.split(np.arange(columns.at.size), edges):
        yield _row(source_id, columns.take(part))


def _row(source_id: int, part: Columns) -> dict[str, Any]:
    since, until = int(part.at[0]), int(part.at[-1])
    ids, value = part.ids.astype("<i8").tobytes(), part.value.astype("<f8").tobytes()
    at = None if since == until else part.at.astype("<i8").tobytes()
    return {
        "source_id": source_id,
        "since": since,
        "until": until,
        "digest": hashlib.blake2b(ids + (at or b"") + value, digest_size=16).digest(),
        "count": int(part.at.size),
        "series_ids": ids,
        "at": at,
        "value": value,
        "crc": zlib.crc32(value, zlib.crc32(ids)),
    }
