"""An incident of a slow GPU; before it one of its sibling that people called expected, and a new driver."""

import shutil
from itertools import count
from pathlib import Path

import pytest

from reinfra.batch.detect import Request, detect
from reinfra.config import Settings
from reinfra.model import DAY, MINUTE, Fact, Report, subject
from reinfra.store import incidents, ledger, open_store
from tests.backtest.conftest import SLOW, UNTIL, clock, history

__all__ = ["history"]


@pytest.fixture(scope="session")
def searched(history: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the history after a run of its last day."""
    path = shutil.copy(history, tmp_path_factory.mktemp("explain") / "reinfra.db")
    store = open_store(f"sqlite:///{path}", clock=clock)
    numbers = count()
    request = Request(UNTIL - DAY, UNTIL)
    detect(store, Settings(), request, clock=clock, ids=lambda: f"run {next(numbers)}")
    about = subject({"host.name": "a"})
    for at, version in ((UNTIL - DAY, "1"), (SLOW[0] - 10 * MINUTE, "2")):
        ledger.record(store, "test", Report(facts=(Fact(about, "driver.version", version),)), at)
    with store.writing() as connection:
        earlier, _ = sorted(incidents.listing(connection), key=lambda one: one.since)
        incidents.give_feedback(connection, earlier.id, said="expected")
    store.engine.dispose()
    return f"sqlite:///{path}"
