"""The file of a SQLite database: made only when asked for, and writable before it is opened."""

import os
from pathlib import Path

from sqlalchemy.engine import URL

from reinfra.model import InputError
from reinfra.store.errors import StoreError, shown


def require_place(url: URL, *, create: bool) -> None:
    """Raise StoreError for a file that is missing or read-only; `create` makes its folder instead.

    Readers need a writable folder as well: SQLite's write-ahead log keeps its index beside the file.
    """
    if not url.drivername.startswith("sqlite"):
        return
    file = Path(url.database or "").absolute()
    if not create and not os.path.lexists(file):
        raise StoreError(
            "the database does not exist yet", where=shown(url), todo="Run `reinfra db upgrade`."
        )
    if locked := read_only(file):
        raise StoreError(
            "the database is read-only" if _there(file) else "the database cannot be made",
            where=shown(url),
            why=f"{locked} is not writable",
            todo="Check the owner and rights of file and folder.",
        )
    if create:
        _make_folder(file.parent)


def read_only(file: Path) -> Path | None:
    """What cannot be written to: the file, or the nearest folder above it that exists."""
    nearest = next(folder for folder in file.absolute().parents if _there(folder))
    if not os.access(nearest, os.W_OK | os.X_OK):
        return nearest
    return file if _there(file) and not os.access(file, os.W_OK) else None


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
