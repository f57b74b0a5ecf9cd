import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reinfra.model import MINUTE, SECOND, Batch, SeriesKey, system_clock
from reinfra.store import Source, open_store
from reinfra.store.lock import only_one
from tests.cli.conftest import Run

DATABASE = "sqlite:///.reinfra/reinfra.db"


@pytest.fixture
def fed(reinfra: Run) -> Run:
    """A database with ten minutes of one series up to now."""
    reinfra("db", "upgrade")
    store = open_store(DATABASE)
    now = system_clock() // SECOND * SECOND
    for ago in range(60):
        at = now - ago * 10 * SECOND
        store.write(Batch.at_instant(at, [(SeriesKey.of("test.load", {}), 1.0)]), Source("test"))
    store.engine.dispose()
    return reinfra


def test_a_run_is_on_record_with_its_windows_and_versions(fed: Run) -> None:
    done = fed("detect", "--max-windows", "3", "--json")
    report = json.loads(done.out)
    assert (done.code, report["windows"], report["exit_code"]) == (0, 3, 0)
    (listed,) = json.loads(fed("runs", "list", "--json").out)
    assert (listed["id"], listed["windows"], listed["state"]) == (report["run"], 3, "ended")
    assert listed["done_until"] - listed["since"] <= 3 * MINUTE
    shown = fed("runs", "show", report["run"][:8]).out
    assert "detectors" in shown
    assert fed("runs").code == 0
    assert fed("runs", "show", "nothing").code == 2
    assert "detect on" in fed("doctor", "--dead-man").out


def test_a_run_beside_another_ends_with_75_and_changes_nothing(fed: Run) -> None:
    store = open_store(DATABASE)
    with only_one(store.engine, "detect"):
        assert fed("detect").code == 75
    assert json.loads(fed("runs", "list", "--json").out) == []
    store.engine.dispose()


def test_an_empty_database_is_stale_input(reinfra: Run) -> None:
    reinfra("db", "upgrade")
    outcome = reinfra("detect")
    assert outcome.code == 4
    assert "there is no sample" in outcome.out


def test_watching_ends_when_told_to_and_leaves_no_lock(fed: Run) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "reinfra", "detect", "--watch", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        began = time.monotonic()
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(30) == 0
    assert time.monotonic() - began < 10, "a window is a minute: it was not waited for"
    assert first["windows"] > 0
    assert fed("detect").code == 0
