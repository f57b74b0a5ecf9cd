"""One run at a time: a lock that a killed process cannot leave behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from reinfra.model import LockedError
from reinfra.store.errors import shown, translated


@contextmanager
def only_one(engine: Engine, name: str) -> Iterator[None]:
    """Hold the lock `name` on this database. Raises LockedError at once where another holds it.

    SQLite: a lock on a file beside the database, which the kernel frees when its holder dies.
    PostgreSQL: an advisory lock, which the server frees when the connection ends.
    """
    holder = _advisory if engine.dialect.name == "postgresql" else _file
    with holder(engine, name):
        yield


@contextmanager
def _file(engine: Engine, name: str) -> Iterator[None]:
    path = Path(f"{engine.url.database}.{name}.lock")
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(engine, name) from None
        yield


@contextmanager
def _advisory(engine: Engine, name: str) -> Iterator[None]:
    asked = text("SELECT pg_try_advisory_lock(hashtext(:name))")
    with translated(engine.url), engine.connect() as connection:
        if not connection.execute(asked, {"name": name}).scalar():
            raise _locked(engine, name)
        connection.commit()
        yield
        connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name})


def _locked(engine: Engine, name: str) -> LockedError:
    return LockedError(
        f"another {name} run holds the lock",
        where=shown(engine.url),
        todo="Wait for it; nothing was changed.",
    )
