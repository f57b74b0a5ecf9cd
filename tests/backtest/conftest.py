"""Two days of a host with four GPUs: on the last day one is slow for 40 minutes, and hours later another."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from reinfra.backtest.replay import Place, Span
from reinfra.model import DAY, HOUR, MINUTE, Batch, Kind, SeriesKey
from reinfra.store import Source, Store, open_store

UNTIL = 20_000 * DAY
SINCE = UNTIL - 2 * DAY
JUDGED = Span(UNTIL - 18 * HOUR, UNTIL)
EARLIER = (UNTIL - 22 * HOUR, UNTIL - 22 * HOUR + 40 * MINUTE)
SLOW = (UNTIL - 6 * HOUR, UNTIL - 6 * HOUR + 40 * MINUTE)


def key(metric: str, gpu: int, kind: Kind = Kind.GAUGE, unit: str = "1") -> SeriesKey:
    labels = {"host.name": "a", "hw.id": f"GPU-{gpu}", "service.name": "llm"}
    return SeriesKey.of(metric, labels, kind, unit)


def clock() -> int:
    return UNTIL


@pytest.fixture(scope="session")
def history(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("backtest") / "reinfra.db"))
    store = open_store(f"sqlite:///{path}", clock=clock)
    rng = np.random.default_rng(1)
    at = np.arange(SINCE, UNTIL, MINUTE, dtype=np.int64)
    slow = {gpu: (at >= since) & (at < until) for gpu, (since, until) in ((1, SLOW), (2, EARLIER))}
    load = 0.1 * np.sin(2 * np.pi * at / DAY) + 0.05 * np.repeat(rng.normal(size=at.size // 30), 30)
    for gpu in range(4):
        clocks = 1.9e9 * (1 - 0.1 * load + 0.004 * rng.normal(size=at.size))
        if gpu in slow:
            clocks[slow[gpu]] *= 0.7
        for metric, kind, unit, values in (
            ("hw.gpu.clock.sm", Kind.GAUGE, "Hz", clocks),
            ("hw.gpu.xid", Kind.LATCHED, "1", np.zeros(at.size)),
        ):
            batch = Batch.of_series(key(metric, gpu, kind, unit), at, values)
            store.write(batch, Source("test"))
    store.engine.dispose()
    return path


@pytest.fixture
def url(history: Path, tmp_path: Path) -> str:
    """A copy of the history that a test may write to."""
    return f"sqlite:///{shutil.copy(history, tmp_path / 'history.db')}"


@pytest.fixture
def place(url: str) -> Iterator[Place]:
    store: Store = open_store(url, clock=clock)
    yield Place(store, clock)
    store.engine.dispose()
