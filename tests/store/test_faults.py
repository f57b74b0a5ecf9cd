"""What a store must survive: kills at any point, a full disk, others writing beside it."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from reinfra.model import MINUTE, Batch, SeriesKey
from reinfra.store import Selector, Source, Store, StoreError, open_store
from reinfra.store.check import check
from reinfra.store.seal import seal
from tests.store.conftest import NOW

KILLS = int(os.environ.get("REINFRA_TEST_KILLS", "3"))
"""The benchmark run sets 100."""


def test_no_acknowledged_sample_is_lost_or_doubled_by_kill_9(any_url: str) -> None:
    """A child writes, seals, re-seals late samples and retains; its output is what it was promised."""
    rng = random.Random(1)  # noqa: S311 - only when to kill
    promised = 0
    for _ in range(KILLS):
        promised = _killed(any_url, promised, rng.uniform(0.05, 0.8))
    store = open_store(any_url)
    found = store.samples(store.series(Selector("steady")), 0, 2**60)
    value = found.value[0] if found.value else np.empty(0)
    assert promised > 0
    assert np.array_equal(value[:promised], np.arange(promised))  # all of them, and each once
    assert value.size <= promised + 1  # the last one may have been written and not acknowledged
    late = store.samples(store.series(Selector("late")), 0, 2**60)
    assert all((np.diff(at) > 0).all() for at in late.at)
    assert check(store).problems == []
    store.engine.dispose()


def _killed(url: str, done: int, after_s: float) -> int:
    """Run the child from where it was, kill it so long after its first write; what it got acknowledged."""
    command = [sys.executable, "-m", "tests.store.victim", url, str(done)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
        lines = [first, *child.stdout.read().split("\n")]
    whole = [int(line) for line in lines if line.strip().isdigit()]
    return max(whole, default=done - 1) + 1


def test_a_full_disk_loses_nothing_that_was_there(scratch: Store) -> None:
    keys = [SeriesKey.of("load", {"host.name": str(i)}) for i in range(300)]
    source, rng = Source("live"), np.random.default_rng(1)
    batches = [
        Batch.at_instant(NOW + i * MINUTE - 120 * MINUTE, zip(keys, rng.random(300), strict=True))
        for i in range(100)
    ]
    store = Store(scratch.engine, scratch.clock)
    store.write(batches[0], source)
    with store.reading() as connection:
        pages = int(connection.execute(text("PRAGMA page_count")).scalar_one()) + 20
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="disk is full"):
        _write_all(store, batches, source)
    with store.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    found = store.samples(store.series(Selector()), 0, NOW)
    sizes = {at.size for at in found.at}
    assert len(sizes) == 1
    assert 1 < min(sizes) < len(batches)
    _write_all(store, batches, source)  # replays what is there, and goes on
    assert check(store).clean


def _write_all(store: Store, batches: list[Batch], source: Source) -> None:
    for batch in batches:
        store.write(batch, source)


def test_writers_readers_and_a_sealer_work_beside_each_other(any_url: str) -> None:
    keys = tuple(SeriesKey.of("load", {"host.name": str(i)}) for i in range(50))
    begin = NOW - 400 * MINUTE

    def write(part: int) -> int:
        store = open_store(any_url, clock=lambda: NOW)
        mine = keys[part * 25 : part * 25 + 25]
        for i in range(60):
            at = begin + i * 5 * MINUTE
            store.write(Batch.at_instant(at, [(key, float(i)) for key in mine]), Source(f"s{part}"))
        store.engine.dispose()
        return 0

    def read() -> int:
        store, seen = open_store(any_url, clock=lambda: NOW), 0
        while seen < 50 * 60:
            now = sum(at.size for at in store.samples(store.series(Selector()), 0, NOW).at)
            assert now >= seen  # nothing disappears while it is sealed
            seen = now
        store.engine.dispose()
        return seen

    def seals() -> int:
        store, done = open_store(any_url, clock=lambda: NOW), 0
        for _ in range(8):
            done += seal(store).frames
            time.sleep(0.05)
        store.engine.dispose()
        return done

    with ThreadPoolExecutor() as pool:
        running = [
            pool.submit(write, 0),
            pool.submit(write, 1),
            pool.submit(read),
            pool.submit(seals),
        ]
        assert running[2].result(timeout=60) == 50 * 60
        assert all(one.result(timeout=60) >= 0 for one in running)


def test_a_file_on_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a.db", create=True)
    store.engine.dispose()
    (tmp_path / "a.db-lock").unlink()
    (tmp_path / "a.db-lock").mkdir()
    with pytest.raises(StoreError, match="lock beside the database"):
        store.write(Batch.at_instant(NOW, [(SeriesKey.of("load", {}), 1.0)]), Source("live"))
