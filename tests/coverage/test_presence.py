"""Idle, dead and lost are three different things."""

import numpy as np
import pytest

from reinfra.config import Settings
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.look import look
from reinfra.coverage.presence import Presence, Standing
from reinfra.coverage.watchers import Watcher
from reinfra.model import DAY, HOUR, MINUTE, Batch, Subject, subject
from reinfra.signals import signals
from reinfra.store import Selector, Source, Store
from reinfra.store import ledger as store_ledger
from tests.coverage.made import HOST, NOW, absent, gpu, ledger, stored

FAILING = Watcher("nvidia", "nvidia", NOW - HOUR, MINUTE, "no driver")


def _standing(found: Ledger, about: Subject) -> Standing:
    return found.standing[found.subjects.index(about)]


def test_a_device_whose_source_does_not_answer_is_dead_since_then() -> None:
    found = ledger(stored("hw.power", gpu(1)), watching={"nvidia": FAILING})
    assert _standing(found, gpu(1)) == (Presence.DEAD, NOW - HOUR, "no driver")


def test_a_device_that_stopped_while_its_source_answers_is_lost_since_its_last_sample() -> None:
    series = [stored("hw.power", gpu(1), last=NOW - 2 * HOUR)]
    series.append(stored("hw.temperature", gpu(1), last=NOW - HOUR))
    found = ledger(*series, stored("hw.power", gpu(2)))
    said = _standing(found, gpu(1))
    assert (said.presence, said.since) == (Presence.LOST, NOW - HOUR)
    assert _standing(found, gpu(2)).presence is Presence.REPORTING


def test_a_signal_that_is_never_late_does_not_make_a_silent_device_report() -> None:
    core = subject({"host.name": "a", "hw.id": "neuroncore0"})
    never_late = stored("aws.neuron.execution.latency", core, last=NOW - HOUR, source="neuron")
    late = stored("aws.neuron.core.utilization", core, last=NOW - HOUR, source="neuron")
    assert _standing(ledger(never_late, late), core).presence is Presence.LOST
    assert _standing(ledger(never_late), core).presence is Presence.REPORTING


def test_a_device_that_its_source_says_is_gone_is_lost_at_once() -> None:
    found = ledger(stored("hw.power", gpu(1)), absences=(absent(gpu(1), why="Xid 79"),))
    assert _standing(found, gpu(1)) == (Presence.LOST, NOW - 10 * MINUTE, "Xid 79")


def test_a_host_that_its_source_cannot_reach_is_dead() -> None:
    found = ledger(stored("system.memory.usage", HOST), absences=(absent(HOST, why="timed out"),))
    assert _standing(found, HOST) == (Presence.DEAD, NOW - 10 * MINUTE, "timed out")


def test_one_source_that_answers_makes_a_silent_device_lost_and_not_dead() -> None:
    watching = {"nvidia": FAILING, "dcgm": Watcher("dcgm", "scrape", NOW - DAY, MINUTE)}
    late = [stored("hw.power", gpu(1), source=one, last=NOW - HOUR) for one in watching]
    assert _standing(ledger(*late, watching=watching), gpu(1)).presence is Presence.LOST


@pytest.mark.parametrize(
    ("busy_until", "presence", "since"),
    [
        (NOW - 2 * HOUR, Presence.IDLE, NOW - 2 * HOUR),
        (NOW - 4 * MINUTE, Presence.REPORTING, None),
        (NOW - 10 * DAY, Presence.IDLE, NOW - 6 * HOUR),
    ],
)
def test_a_device_is_idle_since_it_last_had_work(
    store: Store, busy_until: int, presence: Presence, since: int | None
) -> None:
    at = np.arange(NOW - DAY, NOW, MINUTE, dtype=np.int64)
    value = np.where(at < busy_until, 0.5, 0.0)
    key = signals()["hw.gpu.utilization"].key(dict(gpu(1)))
    store.clock = lambda: NOW
    store.write(Batch.of_series(key, at, value), Source("nvidia"))
    said = _standing(look(store, Settings(), store.series(Selector()), NOW).ledger, gpu(1))
    assert said.presence is presence
    if since is None:
        assert said.since is None
    else:
        assert said.since == pytest.approx(since, abs=5 * MINUTE)


@pytest.mark.parametrize("silent", [5 * MINUTE + 1, 7 * MINUTE, DAY])
def test_what_nobody_asks_of_any_more_is_dead_and_never_lost(store: Store, silent: int) -> None:
    key = signals()["hw.power"].key(dict(gpu(1)))
    store.clock = lambda: NOW
    then = NOW - silent
    store.write(Batch.at_instant(then - 1, [(key, 70.0)]), Source("nvidia"))
    store_ledger.answered(store, "nvidia", then)
    found = look(store, Settings(), store.series(Selector()), NOW).ledger
    assert _standing(found, gpu(1))[:2] == (Presence.DEAD, then)


def test_a_device_of_which_no_utilization_is_known_is_not_idle(store: Store) -> None:
    key = signals()["hw.power"].key(dict(gpu(1)))
    store.clock = lambda: NOW
    store.write(Batch.at_instant(NOW - MINUTE, [(key, 0.0)]), Source("nvidia"))
    found = look(store, Settings(), store.series(Selector()), NOW).ledger
    assert _standing(found, gpu(1)).presence is Presence.REPORTING
