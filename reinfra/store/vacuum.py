"""Handing freed pages back to the file system, a little at a time so that writers get their turn."""

from sqlalchemy import Connection, text

from reinfra.store.errors import translated
from reinfra.store.lock import only_one
from reinfra.store.seal import UPKEEP
from reinfra.store.store import Store

_PAGES = 512
_TABLES = ("hot_frame", "chunk", "time_vector", "rollup", "batch")


def vacuum(store: Store) -> None:
    """Shrink the database. Raises LockedError if another process seals or retains."""
    with only_one(store.engine, UPKEEP):
        if store.engine.dialect.name == "postgresql":
            _postgresql(store)
        else:
            _sqlite(store)


def _postgresql(store: Store) -> None:
    engine = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    with translated(store.engine.url), engine.connect() as connection:
        for table in _TABLES:
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def _sqlite(store: Store) -> None:
    free = -1
    while free:
        with store.writing() as connection:
            _raw(connection, f"PRAGMA incremental_vacuum({_PAGES})")
            left = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
        if left == free:
            break  # a file that was made without auto_vacuum keeps its free pages, and uses them again
        free = left
    with store.write_locked(), store.engine.connect() as connection:
        connection.rollback()
        _raw(connection, "PRAGMA wal_checkpoint(TRUNCATE)")


def _raw(connection: Connection, pragma: str) -> None:
    """Run a pragma to its end: it works as its rows are fetched, of which SQLAlchemy sees none."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(pragma).fetchall()
