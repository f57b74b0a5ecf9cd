"""One run at a time: a lock that a killed process cannot leave behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from reinfra.model import LockedError
from reinfra.store.errors import shown, translated
from reinfra.store.place import refusal
from reinfra.store.tables import hot_frame


@contextmanager
def only_one(engine: Engine, name: str) -> Iterator[None]:
    """Hold the lock `name` on this database. Raises LockedError at once where another holds it.

    SQLite: a lock on a file beside the database, which the kernel frees when its holder dies.
    PostgreSQL: an advisory lock, which the server frees when the connection ends.
    """
    held = _advisory(engine, name, "") if _is_postgresql(engine) else _file(engine, name)
    with held:
        yield


@contextmanager
def one_of_many(engine: Engine, name: str) -> Iterator[None]:
    """Hold the lock beside others that hold it so, on PostgreSQL; alone on SQLite. Raises LockedError."""
    held = _advisory(engine, name, "_shared") if _is_postgresql(engine) else _file(engine, name)
    with held:
        yield


def claimed(connection: Connection, group: int) -> bool:
    """Claim a group of frames until this transaction ends; False where another has it, or there are none.

    The claim is the row lock of the group's oldest frame. All who seal the group see the same one: before
    they look, frames with lower numbers are committed (`await_writers`), and only the holder deletes it.
    """
    return connection.execute(_CLAIM, {"group": group}).first() is not None


_OLDEST = select(func.min(hot_frame.c.seq)).where(hot_frame.c.group_id == bindparam("group"))
_CLAIM = (
    select(hot_frame.c.seq)
    .where(hot_frame.c.seq == _OLDEST.scalar_subquery())
    .with_for_update(skip_locked=True)
)


def _is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


@contextmanager
def _file(engine: Engine, name: str) -> Iterator[None]:
    path = Path(f"{engine.url.database}.{name}.lock")
    try:
        handle = path.open("w")
    except OSError as error:
        what = f"a lock cannot be made: {error.strerror}"
        raise refusal(engine.url, what, path) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(engine, name) from None
        yield


@contextmanager
def _advisory(engine: Engine, name: str, kind: str) -> Iterator[None]:
    asked = text(f"SELECT pg_try_advisory_lock{kind}(hashtext(:name))")
    with translated(engine.url), engine.connect() as connection:
        connection.detach()  # not pooled: when it is closed the lock goes, whatever else went wrong
        if not connection.execute(asked, {"name": name}).scalar():
            raise _locked(engine, name)
        connection.commit()
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # at once, where the connection still works
                connection.execute(text("SELECT pg_advisory_unlock_all()"))


def _locked(engine: Engine, name: str) -> LockedError:
    return LockedError(
        f"another {name} run holds the lock",
        where=shown(engine.url),
        todo="Wait for it; nothing was changed.",
    )
