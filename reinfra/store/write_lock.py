"""One writer at a time on SQLite, and none unseen by the sealer on PostgreSQL; a kill -9 frees both."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from reinfra.store.errors import StoreError

_WRITING = 0x7265696E02  # the key of PostgreSQL's advisory lock
_POLL_S = 0.001


@contextmanager
def file_lock(path: str, timeout_s: float) -> Iterator[None]:
    """Hold `path` alone. Raises StoreError when another still holds it after `timeout_s`."""
    handle = _open(path)
    try:
        if not _taken(handle, timeout_s):
            raise StoreError(
                "another process holds the database",
                where=path.removesuffix("-lock"),
                todo="Wait for it, or stop it.",
            )
        yield
    finally:
        os.close(handle)  # which unlocks


def share_writing(connection: Connection) -> None:
    """On PostgreSQL: say that frames are being written, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SHARED, {"key": _WRITING})


def await_writers(connection: Connection) -> None:
    """On PostgreSQL: wait until every frame with a seq so far is committed or gone, and keep others out.

    Sequence numbers are handed out before the commit, so that a higher one can be seen first.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"key": _WRITING})


_SHARED = text("SELECT pg_advisory_xact_lock_shared(:key)")
_ALONE = text("SELECT pg_advisory_xact_lock(:key)")


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            "the lock beside the database cannot be opened",
            where=path,
            why=error.strerror or "",
            todo="Check the owner and rights of file and folder.",
        ) from error


def _taken(handle: int, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_S)
        else:
            return True
