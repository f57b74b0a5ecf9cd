"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL write alike and SQLAlchemy keeps apart."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; one whose key is taken replaces what is there."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)


def insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert the row, or say that its key is taken."""
    key = next(iter(table.primary_key))
    statement = _insert(connection, table).on_conflict_do_nothing().returning(key)
    return connection.execute(statement, row).first() is not None


def _insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - the dialects share no type
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
