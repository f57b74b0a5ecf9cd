"""Whether everything stored can be read: every checksum, and what the tables promise each other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, func, select, text

from reinfra.store.chunks import times_of
from reinfra.store.codec import DamagedError, checksum, unpack
from reinfra.store.columns import BLOCK, GROUP
from reinfra.store.frames import Frame, columns_of
from reinfra.store.store import Store
from reinfra.store.sums import sums_of
from reinfra.store.tables import chunk, hot_frame, quarantine, rollup, time_vector

_SHOWN = 100
_ROWS = 1_000


@dataclass(slots=True)
class Checked:
    """How many rows were read, how many are in quarantine, and the first hundred things that are wrong."""

    chunks: int = 0
    frames: int = 0
    rollups: int = 0
    quarantined: int = 0
    wrong: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.wrong

    def add(self, problem: str) -> None:
        self.wrong += 1
        if self.wrong <= _SHOWN:
            self.problems.append(problem)


def check(store: Store) -> Checked:
    """Read everything once. Quarantined rows are counted, and are no problem of the rest."""
    found = Checked()
    with store.reading() as connection:
        _file(connection, found)
        sizes = _times(connection, found)
        for row in _rows(connection, chunk):
            found.chunks += 1
            for problem in _chunk(row, sizes):
                found.add(f"chunk of series {row.series_id}, block {row.block}: {problem}")
        for row in _rows(connection, hot_frame):
            found.frames += 1
            for problem in _frame(row):
                found.add(f"frame {row.seq}: {problem}")
        for row in _rows(connection, rollup):
            found.rollups += 1
            try:
                sums_of(row)
            except DamagedError as error:
                found.add(f"rollup of group {row.group_id}, block {row.block}: {error}")
        query = select(func.count()).select_from(quarantine)
        found.quarantined = int(connection.execute(query).scalar_one())
    return found


def _file(connection: Connection, found: Checked) -> None:
    if connection.dialect.name == "sqlite":
        for (line,) in connection.execute(text("PRAGMA quick_check(20)")):
            if line != "ok":
                found.add(f"file: {line}")


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    """Every row by key, a few at a time."""
    query = select(table).order_by(*table.primary_key)
    with connection.execute(query, execution_options={"yield_per": _ROWS}) as rows:
        yield from rows


def _times(connection: Connection, found: Checked) -> dict[tuple[int, int], int]:
    sizes = {}
    for row in _rows(connection, time_vector):
        name = f"time vector {row.id} of block {row.block}"
        try:
            at = times_of(row)
        except DamagedError as error:
            found.add(f"{name}: {error}")
            continue
        sizes[row.block, row.id] = at.size
        if not (np.diff(at) > 0).all():
            found.add(f"{name}: times do not increase")
        if (at // BLOCK != row.block).any() or (int(at[0]), int(at[-1])) != (row.since, row.until):
            found.add(f"{name}: times outside of what the row says")
    return sizes


def _chunk(row: Any, sizes: dict[tuple[int, int], int]) -> Iterator[str]:  # noqa: ANN401 - a row
    if sizes.get((row.block, row.time_id)) != row.count:
        yield "no readable time vector of its length"
    if checksum(row.value) != row.crc:
        yield "its checksum is wrong"
        return
    try:
        unpack(row.value, row.count, np.float64)
    except DamagedError as error:
        yield str(error)


def _frame(row: Any) -> Iterator[str]:  # noqa: ANN401 - a row
    frame = Frame(*(getattr(row, name) for name in Frame._fields))
    if not frame.whole:
        yield "its checksum is wrong"
        return
    columns = columns_of(frame)
    if (columns.ids // GROUP != row.group_id).any():
        yield "series of another group"
    if (columns.at // BLOCK != row.since // BLOCK).any() or columns.ids.size != row.count:
        yield "samples outside of what the row says"
