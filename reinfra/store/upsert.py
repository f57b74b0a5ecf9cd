"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL write alike and SQLAlchemy keeps apart."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; one whose key is taken replaces what is there."""
    if not rows:
        return
    connection.execute(_upsert(connection.dialect.name, table, tuple(rows[0])), rows)


def insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert the row, or say that its key is taken."""
    statement = _insert_new(connection.dialect.name, table)
    return connection.execute(statement, row).first() is not None


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key is not taken."""
    if rows:
        statement = _insert(connection.dialect.name, table).on_conflict_do_nothing()
        connection.execute(statement, rows)


@cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...]) -> Any:  # noqa: ANN401
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    fresh = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=fresh)


@cache
def _insert_new(dialect: str, table: Table) -> Any:  # noqa: ANN401
    key = next(iter(table.primary_key))
    return _insert(dialect, table).on_conflict_do_nothing().returning(key)


def _insert(dialect: str, table: Table) -> Any:  # noqa: ANN401 - the dialects share no type
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
