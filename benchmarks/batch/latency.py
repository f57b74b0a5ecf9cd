"""`reinfra up` beside a source that breaks out, one series at a time; how long messages take."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import select

from reinfra.model import DAY, SECOND, Batch, SeriesKey, system_clock
from reinfra.store import Source, Store, open_store
from reinfra.store.schema import incident, outbox

SERIES, STEP = 40, 10 * SECOND
HISTORY = 2 * DAY
BEFORE, APART, BROKEN = 3, 1, 6
"""Points before the first breaks out, from one to the next, and that it lasts."""
_SETTINGS = """
[detect]
window = 10
lag = 0
step = 10
quiet = 30
detectors = ["autoregression"]

[alerts]
channels = ["file"]
file = "alerts.jsonl"
"""
KEYS = [SeriesKey.of("test.load", {"host.name": f"h{number}"}) for number in range(SERIES)]


def measure() -> list[tuple[str, ...]]:
    """Rows of the table: of the message alone, and from the first strange sample on."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "reinfra.toml").write_text(_SETTINGS)
        (folder / ".reinfra").mkdir()
        store = open_store(f"sqlite:///{folder}/.reinfra/reinfra.db", create=True)
        _past(store)
        with _up(folder) as process:
            broken = _live(store)
            time.sleep(15)
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        return _rows(store, broken)


def _up(folder: Path) -> "subprocess.Popen[bytes]":
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "reinfra", "up", "--no-collect", "--no-dashboard"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.DEVNULL,
    )


def _past(store: Store) -> None:
    rng = np.random.default_rng(5)
    end = system_clock() // STEP * STEP
    at = np.arange(end - HISTORY, end, STEP)
    for key in KEYS:
        store.write(Batch.of_series(key, at, 10 + rng.normal(0, 0.2, at.size)), Source("test"))


def _live(store: Store) -> dict[str, int]:
    """Writes all series at each point; each breaks out in its turn. Returns when, by host."""
    rng = np.random.default_rng(6)
    broken: dict[str, int] = {}
    first = system_clock() // STEP * STEP
    for point in range(BEFORE + SERIES * APART + BROKEN):
        at = first + point * STEP
        time.sleep(max(0.0, (at - system_clock()) / SECOND))
        value = 10 + rng.normal(0, 0.2, SERIES)
        for turn in range(SERIES):
            begin = BEFORE + turn * APART
            if begin <= point < begin + BROKEN:
                value[turn] += 20
                broken.setdefault(f"h{turn}", at)
        store.write(
            Batch.at_instant(at, list(zip(KEYS, value.tolist(), strict=True))), Source("test")
        )
    return broken


def _rows(store: Store, broken: dict[str, int]) -> list[tuple[str, ...]]:
    c = outbox.c
    query = select(incident.c.scope, c.created_at, c.sent_at).join(
        incident, incident.c.id == c.incident_id
    )
    with store.reading() as connection:
        sent = connection.execute(query.where(c.sent_at.is_not(None))).all()
    way = [(row.sent_at - row.created_at) / SECOND for row in sent]
    first: dict[str, int] = {}
    for row in sent:
        host = row.scope.rpartition(" ")[2]
        first[host] = min(first.get(host, row.sent_at), row.sent_at)
    whole = [(first[host] - at) / SECOND for host, at in broken.items() if host in first]
    return [_row("message", way), _row("first strange sample to message", whole)]


def _row(name: str, values: list[float]) -> tuple[str, ...]:
    if not values:
        return (name, "0", "none", "none", "none")
    figures = np.quantile(values, (0.5, 0.99, 1))
    return (name, str(len(values)), *(f"{each:.2f}" for each in figures))
