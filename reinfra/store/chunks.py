"""Sealed chunks: one row per series and block, the values compressed, the times shared with its siblings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select

from reinfra.store.codec import DamagedError, checksum, unpack
from reinfra.store.tables import chunk, time_vector

_DENSE = 4  # series are asked for by a range of ids while at least every fourth of it is wanted


class Chunk(NamedTuple):
    """One loaded row, its values not yet decoded. A tuple since thousands are made for a read."""

    block: int
    series_id: int
    time_id: int
    seq: int
    samples: int
    value: bytes
    crc: int


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """Chunks and the rows of their times, read together."""

    chunks: list[Chunk]
    times: dict[tuple[int, int], Any]


_COLUMNS = [getattr(chunk.c, "count" if name == "samples" else name) for name in Chunk._fields]
_BLOCKS = chunk.c.block.in_(bindparam("blocks", expanding=True, literal_execute=True))
_BY_RANGE = select(*_COLUMNS).where(
    _BLOCKS, chunk.c.series_id.between(bindparam("low"), bindparam("high"))
)
_BY_ID = select(*_COLUMNS).where(
    _BLOCKS, chunk.c.series_id.in_(bindparam("ids", expanding=True, literal_execute=True))
)
_TIMES = select(time_vector).where(
    time_vector.c.block.in_(bindparam("blocks", expanding=True, literal_execute=True))
)
_SOME_TIMES = _TIMES.where(
    time_vector.c.id.in_(bindparam("ids", expanding=True, literal_execute=True))
)
_FEW = 50


def load(connection: Connection, blocks: Iterable[int], ids: NDArray[np.int64]) -> Loaded:
    """The chunks of these series in these blocks, and the time vectors they name."""
    asked = {"blocks": list(blocks)}
    if not ids.size or not asked["blocks"]:
        return Loaded([], {})
    if ids.size <= _FEW:
        return _joined(connection, asked | {"ids": ids.tolist()})
    low, high = int(ids.min()), int(ids.max())
    if high - low < _DENSE * ids.size:
        rows = connection.execute(_BY_RANGE, asked | {"low": low, "high": high}).all()
        if high - low >= ids.size:
            wanted = set(ids.tolist())
            rows = [row for row in rows if row[1] in wanted]
    else:
        rows = connection.execute(_BY_ID, asked | {"ids": ids.tolist()}).all()
    chunks = [Chunk._make(row) for row in rows]
    return Loaded(chunks, _times(connection, chunks))


_TIME = [time_vector.c[name] for name in ("count", "data", "crc")]
_JOINED = _BY_ID.add_columns(*(column.label(f"time_{column.name}") for column in _TIME)).outerjoin(
    time_vector, (time_vector.c.block == chunk.c.block) & (time_vector.c.id == chunk.c.time_id)
)


@dataclass(frozen=True, slots=True)
class Times:
    """What of a time vector's row is needed to decode it."""

    count: int
    data: bytes
    crc: int


def _joined(connection: Connection, asked: dict[str, Any]) -> Loaded:
    """Of a few series: chunks and times in one statement."""
    found = Loaded([], {})
    width = len(Chunk._fields)
    for row in connection.execute(_JOINED, asked).all():
        one = Chunk._make(row[:width])
        found.chunks.append(one)
        if row.time_data is not None:
            found.times[one.block, one.time_id] = Times(*row[width:])
    return found


def _times(connection: Connection, chunks: list[Chunk]) -> dict[tuple[int, int], Any]:
    names = {(one.block, one.time_id) for one in chunks}
    if not names:
        return {}
    blocks, ids = sorted({block for block, _ in names}), sorted({id_ for _, id_ in names})
    if len(ids) <= _FEW:
        rows = connection.execute(_SOME_TIMES, {"blocks": blocks, "ids": ids})
    else:
        rows = connection.execute(_TIMES, {"blocks": blocks})
    return {(row.block, row.id): row for row in rows if (row.block, row.id) in names}


def times_of(row: Any) -> NDArray[np.int64]:  # noqa: ANN401 - a database row
    """The times of one vector. Raises DamagedError."""
    if checksum(row.data) != row.crc:
        raise DamagedError("a time vector's checksum is wrong")
    times: NDArray[np.int64] = unpack(row.data, row.count, np.int64)
    return times


def values_of(one: Chunk) -> NDArray[np.float64]:
    """The values of one chunk. Raises DamagedError."""
    if checksum(one.value) != one.crc:
        raise DamagedError("a chunk's checksum is wrong")
    values: NDArray[np.float64] = unpack(one.value, one.samples, np.float64)
    return values
