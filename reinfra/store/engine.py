"""Connections: the pragmas and transaction modes that let several processes share one SQLite file."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from reinfra.model import InputError
from reinfra.store.place import Reach

BUSY_TIMEOUT_MS = 5_000
_READING = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA mmap_size = 1073741824",
)
_PRAGMAS = (
    # These two count only before the first table; blobs of 2 KB fill a page of 16 KB well.
    "PRAGMA page_size = 16384",
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA wal_autocheckpoint = 512",
)


def database_url(text: str) -> URL:
    """The URL of a supported database. Raises InputError for anything else."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise InputError(
            "not a database URL", where="database.url", todo="Write sqlite:///path/to/file.db."
        ) from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        if url.database in {None, "", ":memory:"} or str(url.database).startswith("file:"):
            raise InputError(
                "a SQLite database is a file here",
                where="database.url",
                todo="Write sqlite:///path/to/file.db.",
            )
        return url
    raise InputError(
        f"{url.get_backend_name()} is not supported",
        where="database.url",
        todo="Use sqlite:///path/to/file.db or postgresql://user@host/name.",
    )


def connect_to(url: URL, reach: Reach = Reach.WRITABLE) -> Engine:
    """An engine on which a transaction marked with `write` takes SQLite's write lock at once.

    A transaction that reads first and writes later would fail at the upgrade, whatever the busy
    timeout; `BEGIN IMMEDIATE` waits instead.
    """
    if not url.drivername.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    if reach is Reach.WRITABLE:
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_reading)
        event.listen(engine, "connect", _prepare)
    else:
        file = f"{Path(url.database or '').absolute().as_uri()}?{reach}"
        engine = create_engine(
            url, creator=lambda: sqlite3.connect(file, uri=True, check_same_thread=False)
        )
        event.listen(engine, "connect", _prepare_reading)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no type
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _prepare_reading(connection: Any, _record: object) -> None:  # noqa: ANN401
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in _READING:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
