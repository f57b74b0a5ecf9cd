"""Everything to another database, row by row, and proof that it arrived."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from reinfra.store.errors import StoreError
from reinfra.store.lock import only_one
from reinfra.store.schema import metadata
from reinfra.store.seal import UPKEEP
from reinfra.store.store import Store, open_store

_ROWS = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows by table, the same in both databases, as were their checksums."""

    rows: dict[str, int]


def move(store: Store, url: str) -> Moved:
    """Copy everything into the empty database behind `url`, and compare what arrived.

    Raises StoreError where it is not empty or where a table does not come out the same, and then
    nothing was kept of the copy. Whoever writes to the old one meanwhile is not in the copy.
    """
    target = open_store(url, clock=store.clock, create=True)
    try:
        with only_one(store.engine, UPKEEP), store.reading() as old, target.writing() as new:
            _require_empty(new, target.name)
            sums = {}
            for table in metadata.sorted_tables:
                sums[table] = _copy(old, new, table)
            for table, (rows, digest) in sums.items():
                if _digest(_rows(new, table)) != (rows, digest):
                    raise StoreError(
                        f"table {table.name} did not arrive as it was", where=target.name
                    )
            _continue_ids(new)
        return Moved({table.name: rows for table, (rows, _) in sums.items()})
    finally:
        target.engine.dispose()


def _require_empty(connection: Connection, where: str) -> None:
    for table in metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise StoreError(
                f"table {table.name} is not empty", where=where, todo="Name an empty database."
            )


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    query = select(table).order_by(*table.primary_key)
    with connection.execute(query, execution_options={"yield_per": _ROWS}) as rows:
        yield from rows


def _copy(old: Connection, new: Connection, table: Table) -> tuple[int, bytes]:
    """The number of rows and their checksum."""
    digest, count, part = hashlib.blake2b(), 0, []
    names = [column.name for column in table.columns]
    for row in _rows(old, table):
        digest.update(_bytes(row))
        count += 1
        part.append(dict(zip(names, row, strict=True)))
        if len(part) == _ROWS:
            new.execute(insert(table), part)
            part = []
    if part:
        new.execute(insert(table), part)
    return count, digest.digest()


def _digest(rows: Iterator[Any]) -> tuple[int, bytes]:
    digest, count = hashlib.blake2b(), 0
    for row in rows:
        digest.update(_bytes(row))
        count += 1
    return count, digest.digest()


def _bytes(row: Any) -> bytes:  # noqa: ANN401 - a database row
    """A row as both databases give it: blobs as bytes, floats to the last bit."""
    return repr([bytes(one) if isinstance(one, memoryview) else one for one in row]).encode()


def _continue_ids(connection: Connection) -> None:
    """Let PostgreSQL number on from the rows that came with their ids."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = select(func.pg_get_serial_sequence(table.name, column.name))
        name = connection.execute(sequence).scalar()
        top = connection.execute(select(func.max(column))).scalar()
        if name and top:
            connection.execute(text("SELECT setval(:name, :top)"), {"name": name, "top": top})
