"""What can be wrong with a database, said to a person; SQLAlchemy's exceptions stop here."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from reinfra.model import ExitCode, ReinfraError
from reinfra.store import address

# What SQLite and PostgreSQL say, and what it means for the person who reads it.
_EXPLAINED = (
    ("database is locked", "another process holds the database", "Wait for it, or stop it."),
    ("disk is full", "the disk is full", "Free some space; what was written before is safe."),
    ("No space left", "the disk is full", "Free some space; what was written before is safe."),
    ("disk I/O error", "the disk could not be read or written", "Check the disk and its space."),
    ("file is not a database", "this file is no SQLite database", "Name another file."),
    ("malformed", "the database file is damaged", "Restore it from a copy."),
    (
        "unable to open",
        "the file cannot be opened",
        "Check that its folder exists and is writable.",
    ),
    (
        "readonly database",
        "the database is read-only",
        "Check the owner and rights of file and folder.",
    ),
    ("connection refused", "no database server answers", "Start it, or correct database.url."),
    ("authentication failed", "the server refused the login", "Correct user and password."),
)


class StoreError(ReinfraError):
    """The database cannot do what was asked; nothing was half-written."""

    exit_code = ExitCode.USAGE


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turn a database's complaint into a StoreError that names the database, never its password."""
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        said = " ".join(str(error.orig).split())
        for sign, why, todo in _EXPLAINED:
            if sign.lower() in said.lower():
                raise StoreError(why, where=shown(url), todo=todo) from error
        raise StoreError(
            "the database failed", where=shown(url), why=address.shown(said)[:300]
        ) from error


def shown(url: URL) -> str:
    """The database as a message may name it: no password, which a query may hold as well."""
    if url.drivername.startswith("sqlite"):
        return url.database or ""
    return url.set(query={}).render_as_string()
