"""Stores on both databases, with a clock that a test holds."""

from collections.abc import Iterator

import pytest

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


@pytest.fixture
def held(any_url: str, clock: Hand) -> Iterator[Store]:
    """An empty store on each database, by the test's clock."""
    opened = open_store(any_url, clock=clock)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def scratch(sqlite_url: str, clock: Hand) -> Iterator[Store]:
    """An empty store on SQLite, by the test's clock."""
    opened = open_store(sqlite_url, clock=clock)
    yield opened
    opened.engine.dispose()
