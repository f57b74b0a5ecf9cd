"""The database, and the file that it may be."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from reinfra.config import Settings
from reinfra.doctor.finding import Finding, Level
from reinfra.errors import ReinfraError
from reinfra.model import SECOND
from reinfra.signals.wording import duration
from reinfra.store import Store, open_store
from reinfra.store.engine import database_url
from reinfra.store.errors import shown
from reinfra.store.place import read_only

_WAL_FIXED_IN = (3, 51, 3)
_SKEW = 2 * SECOND


def database(settings: Settings) -> tuple[Store | None, list[Finding]]:
    """The store, where it can be read, and what there is to say of it."""
    url = database_url(settings.database.url)
    file = Path(url.database or "") if url.drivername.startswith("sqlite") else None
    if file and (locked := read_only(file)):
        todo = "Correct the rights of file and folder."
        said = f"read-only: {locked} is not writable."
        return None, [Finding(Level.BAD, "database", said, todo)]
    if file and not file.exists():
        todo = "Run `reinfra db upgrade`."
        return None, [Finding(Level.NOTE, "database", f"{shown(url)} does not exist yet.", todo)]
    try:
        store = open_store(settings.database.url)
    except ReinfraError as error:
        return None, [Finding(Level.BAD, "database", str(error))]
    said = f"{store.name} is reachable, its schema is current"
    more = _file(file) if file else _server(store)
    return store, [Finding(Level.OK, "database", said), *more]


def _file(file: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(file.absolute().parent).free
    yield Finding(Level.OK, "disk", f"{free / 1e9:.1f} GB free")
    if sqlite3.sqlite_version_info < _WAL_FIXED_IN:
        said = f"{sqlite3.sqlite_version} has the rare WAL-reset fault (fixed in 3.51.3)."
        yield Finding(Level.NOTE, "SQLite", said, "Keep backups, or use PostgreSQL.")


def _server(store: Store) -> Iterator[Finding]:
    """A server has a clock of its own, which tells whether this machine's is right."""
    with store.reading() as connection:
        before = store.clock()
        there = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar()
        skew = round(float(there or 0) * SECOND) - (before + store.clock()) // 2
    if abs(skew) > _SKEW:
        ahead = "ahead of" if skew < 0 else "behind"
        said = f"this machine's is {duration(abs(skew))} {ahead} the database server's."
        yield Finding(Level.BAD, "clock", said, "Let chrony or systemd-timesyncd set both.")
