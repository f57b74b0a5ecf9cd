import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import numpy as np
import pytest

from collectors import OverloadedError
from reinfra.collect import loop as loop_module
from reinfra.collect import writer as writer_module
from reinfra.collect.changes import Changes
from reinfra.collect.loop import Loop
from reinfra.collect.rhythm import Running, next_due
from reinfra.collect.sources import Opened
from reinfra.collect.upkeep import upkeep
from reinfra.collect.visit import Collection
from reinfra.collect.writer import Writer
from reinfra.model import DAY, HOUR, MINUTE, Batch, Origin
from reinfra.store import Selector, Source, Store
from reinfra.store.coverage import status
from reinfra.store.lock import only_one
from reinfra.store.seal import UPKEEP
from reinfra.store.stats import stats
from tests.collect.doubles import NOW, Broken, Hanging, Pushed, Working, key, opened

SOON = 30.0


@contextmanager
def running(store: Store, sources: list[Opened], interval: float) -> Iterator[Queue[Collection]]:
    told: Queue[Collection] = Queue()
    loop = Loop(Writer(store), interval, told.put)
    thread = threading.Thread(target=loop.run, args=(sources,))
    thread.start()
    try:
        yield told
    finally:
        loop.stop.set()
        thread.join(SOON)
        assert not thread.is_alive()


def test_a_source_that_hangs_delays_no_other(store: Store) -> None:
    store.clock = lambda: NOW
    hanging = Hanging()
    with running(store, [opened(hanging), opened(Working())], 0.05) as told:
        rounds = [told.get(timeout=SOON).source for _ in range(5)]
        hanging.released.set()
    assert set(rounds) == {"working"}


def test_a_source_that_hangs_is_said_to(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.clock = lambda: NOW
    monkeypatch.setattr("reinfra.collect.rhythm.GRACE", 0.0)
    monkeypatch.setattr(loop_module, "_WATCH_EVERY", 0.05)
    hanging = Hanging()
    with running(store, [opened(hanging, timeout=0.1)], 60) as told:
        said = told.get(timeout=SOON)
        hanging.released.set()
    assert said.error.startswith("no answer for")


def test_what_is_pushed_is_stored_before_it_is_acknowledged(store: Store) -> None:
    store.clock = lambda: NOW
    pushed = Pushed()
    with running(store, [opened(pushed)], 60):
        assert pushed.listening.wait(SOON)
        assert pushed.deliver is not None
        assert pushed.deliver(Batch.at_instant(NOW, [(key("pushed"), 7.0)])) == {}
        (series,) = store.series(Selector())
        assert store.samples([series], NOW, NOW + 1).value[0].tolist() == [7.0]
        store.clock = lambda: NOW + HOUR
        assert pushed.deliver(Batch.at_instant(NOW + HOUR, [(key("pushed"), 8.0)])) == {}
    with store.reading() as connection:
        heard = status(connection, "pushed")
    assert heard is not None
    assert heard.seen == NOW + HOUR
    assert pushed.stopped.is_set()


def test_a_sender_is_told_to_come_again_while_the_store_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "PATIENCE", 0.01)
    writer = Writer(store)
    deliver = writer.deliver("pushed", Origin.LIVE)
    with writer._turn, pytest.raises(OverloadedError, match="busy"):
        deliver(Batch.at_instant(NOW, [(key("pushed"), 7.0)]))


def test_the_rhythm_is_kept_however_long_a_collection_takes() -> None:
    assert next_due(0, 10, 3) == (10, 0)
    assert next_due(0, 10, 10) == (20, 1)
    assert next_due(0, 10, 35) == (40, 3)


def test_a_collection_hangs_after_twice_its_timeout_and_a_grace() -> None:
    now = 0.0
    watch = Running(lambda: now)
    watch.begin("a", timeout=10)
    now = 25.0
    assert watch.hanging() == {}
    now = 25.1
    assert watch.hanging() == {"a": 25.1}
    watch.end("a")
    assert watch.hanging() == {}


def test_a_line_is_worth_telling_when_the_state_of_a_source_changes() -> None:
    told: list[str] = []
    changes = Changes(lambda done: told.append(done.line))
    for error in ("", "", "gone", "gone", ""):
        changes(Collection("a", 3, error=error))
    assert told == ["a: 3 samples", "a: gone", "a: 3 samples"]


def test_the_failure_of_a_source_is_kept_in_the_ledger(store: Store) -> None:
    store.clock = lambda: NOW
    with running(store, [opened(Broken())], 60) as told:
        assert told.get(timeout=SOON).error == "broken: no answer"


def test_upkeep_seals_what_is_over(store: Store) -> None:
    at = np.arange(NOW - DAY, NOW, MINUTE)
    store.clock = lambda: NOW
    store.write(Batch.of_series(key("s"), at, np.ones(at.size)), Source("s"))
    upkeep(store)
    sizes = stats(store)
    assert sizes.sealed_samples + sizes.hot_samples == at.size
    assert sizes.hot_samples < 5 * HOUR / MINUTE
    assert store.series(Selector())[0].last_at == at[-1]


def test_upkeep_leaves_the_work_to_whoever_is_at_it(store: Store) -> None:
    with only_one(store.engine, UPKEEP):
        upkeep(store)
