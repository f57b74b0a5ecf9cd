"""Relays killed with SIGKILL between sending and saying so: nothing is lost, and order is kept."""

import subprocess
import sys
from itertools import groupby
from pathlib import Path

from reinfra.store import backlog, open_store
from reinfra.store.backlog import Counts
from tests.store.test_outbox import incident_with

INCIDENTS, TRANSITIONS, KILLS = 30, 3, 12


def test_a_dozen_kills_lose_nothing_and_repeats_carry_the_same_key(
    any_url: str, tmp_path: Path
) -> None:
    store = open_store(any_url)
    ids = [incident_with(store, TRANSITIONS, "file") for _ in range(INCIDENTS)]
    store.engine.dispose()
    delivered = tmp_path / "delivered"
    run = [sys.executable, "-m", "tests.alerts.crashing", any_url, str(delivered), "7", str(KILLS)]
    done = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60)
    assert int(done.stdout) >= KILLS

    keys = delivered.read_text().split()
    assert set(keys) == {f"INC-{id_}:{n}" for id_ in ids for n in range(1, TRANSITIONS + 1)}
    assert len(keys) > len(set(keys))  # a kill after sending made repeats: the test did bite
    for id_ in ids:
        numbers = [int(key.split(":")[1]) for key in keys if key.startswith(f"INC-{id_}:")]
        assert [number for number, _ in groupby(numbers)] == [1, 2, 3]
    store = open_store(any_url)
    with store.reading() as connection:
        assert backlog.counts(connection) == {"file": Counts(sent=INCIDENTS * TRANSITIONS)}
    store.engine.dispose()
