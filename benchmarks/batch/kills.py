"""Runs killed at random moments: what is lost, doubled, or left without an incident or with a key twice."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from benchmarks.batch.fleet import END, Finding, fill, found, search
from reinfra.store import Store, open_store
from reinfra.store.schema import anomaly, outbox

_LONGEST = 0.5  # s after its beginning that a victim is killed at the latest


def measure(count: int) -> tuple[str, ...]:
    """A row of the table, on SQLite."""
    with TemporaryDirectory() as folder:
        undisturbed = _store(Path(folder) / "whole.db")
        search(undisturbed, END)
        expected = found(undisturbed)
        store = _store(Path(folder) / "killed.db")
        rng = random.Random(7)  # noqa: S311 - only when to kill
        for _ in range(count):
            _killed(str(store.engine.url), rng.uniform(0, _LONGEST))
        search(store, END)
        return ("SQLite", str(count), *map(str, _compared(store, expected)))


def _compared(store: Store, expected: list[Finding]) -> tuple[int, int, int, int, int]:
    there = Counter(found(store))
    lost = sum((Counter(expected) - there).values())
    doubled = sum((there - Counter(expected)).values())
    with store.reading() as connection:
        alone = select(func.count()).where(anomaly.c.incident_id.is_(None))
        keys = connection.execute(select(outbox.c.dedup_key, outbox.c.channel)).all()
        repeated = len(keys) - len(set(keys))
        return sum(there.values()), lost, doubled, connection.execute(alone).scalar_one(), repeated


def _killed(url: str, after: float) -> None:
    command = [sys.executable, "-m", "benchmarks.batch.victim", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        if victim.stdout is not None:
            victim.stdout.readline()
        time.sleep(after)
        victim.send_signal(signal.SIGKILL)


def _store(path: Path) -> Store:
    store = open_store(f"sqlite:///{path}", clock=lambda: END, create=True)
    fill(store)
    return store
