"""Databases to fill: a new one each time, SQLite's or PostgreSQL's with its own defaults."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.store.postgres import server
from reinfra.store import open_store

KINDS = ("SQLite", "PostgreSQL")
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Places:
    folder: Path
    server: str

    def new(self, kind: str) -> str:
        """The URL of an empty database of this kind."""
        name = f"bench{next(_numbers)}"
        url = f"sqlite:///{self.folder / name}.db" if kind == "SQLite" else self._database(name)
        open_store(url, create=True).engine.dispose()
        return url

    def _database(self, name: str) -> str:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def places(folder: Path) -> Iterator[Places]:
    with server() as (url, _):
        yield Places(folder, url)
