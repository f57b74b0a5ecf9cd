"""The file of a SQLite database: made only when asked for; how far it can be opened."""

import enum
import os
from pathlib import Path

from sqlalchemy.engine import URL

from reinfra.model import InputError
from reinfra.store.errors import StoreError, shown


class Reach(enum.StrEnum):
    """How a database can be opened. Each of SQLite's is the query of its `file:` URI."""

    WRITABLE = ""
    READ_ONLY = "mode=ro"
    """Others may write meanwhile: what they last committed is read by the log beside the file."""
    UNCHANGING = "mode=ro&immutable=1"
    """Nobody has it open, and the log that readers need cannot be made: it is taken never to change."""


def reach_of(url: URL, *, create: bool) -> Reach:
    """How far the file can be opened. Raises StoreError if not at all; `create` makes its folder.

    Writers need a writable folder as well: SQLite's write-ahead log and our locks are beside the file.
    """
    if not url.drivername.startswith("sqlite"):
        return Reach.WRITABLE
    file = Path(url.database or "").absolute()
    if not create and not os.path.lexists(file):
        raise StoreError(
            "the database does not exist yet", where=shown(url), todo="Run `reinfra db upgrade`."
        )
    locked = read_only(file)
    if locked and create:
        what = "the database is read-only" if _there(file) else "the database cannot be made"
        raise refusal(url, what, locked)
    if create:
        _make_folder(file.parent)
    return _read_reach(url, file) if locked else Reach.WRITABLE


def refusal(url: URL, what: str, locked: Path | None = None) -> StoreError:
    return StoreError(
        what,
        where=shown(url),
        why=f"{locked} is not writable" if locked else "",
        todo="Check the owner and rights of file and folder.",
    )


def read_only(file: Path) -> Path | None:
    """What cannot be written to: the file, or the nearest folder above it that exists."""
    nearest = next(folder for folder in file.absolute().parents if _there(folder))
    if not os.access(nearest, os.W_OK | os.X_OK):
        return nearest
    return file if _there(file) and not os.access(file, os.W_OK) else None


def _read_reach(url: URL, file: Path) -> Reach:
    log, index = Path(f"{file}-wal"), Path(f"{file}-shm")
    if not _there(log):
        return Reach.UNCHANGING
    if unreadable := [one for one in (log, index) if not os.access(one, os.R_OK)]:
        raise StoreError(
            "the database is read-only, and so is the log of its last changes",
            where=shown(url),
            why=f"{unreadable[0]} cannot be read",
            todo="Let its owner run `reinfra db vacuum`, or read a copy.",
        )
    return Reach.READ_ONLY


def _there(path: Path) -> bool:
    """Unlike Path.exists, no error where a folder above may not be searched."""
    return os.access(path, os.F_OK)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "the database's folder cannot be made",
            where=str(folder),
            why=error.strerror or "",
            todo="Correct database.url, or the rights of the folder.",
        ) from error
