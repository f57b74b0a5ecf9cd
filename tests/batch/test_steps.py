import numpy as np
import pytest

from reinfra.batch.detect import Request, detect
from reinfra.batch.steps import measured
from reinfra.config import load_settings
from reinfra.model import DAY, HOUR, MINUTE, Batch
from reinfra.signals import signals
from reinfra.store import Selector, Source, Store

NOW = 1_750_032_000_000
CPU = signals()["system.cpu.utilization"]


def _sent(store: Store, host: str, every: int, source: str) -> None:
    at = np.arange(NOW - 3 * DAY, NOW, every)
    rng = np.random.default_rng(every)
    value = 0.3 + 0.01 * rng.standard_normal(at.size)
    value[at >= NOW - HOUR] += 0.4
    store.write(Batch.of_series(CPU.key({"host.name": host}), at, value), Source(source))


@pytest.mark.parametrize(
    ("every", "step"),
    [
        (10_000, MINUTE),  # faster than the cadence: it is averaged
        (MINUTE, MINUTE),
        (80_000, MINUTE),  # a little late is no other rhythm
        (5 * MINUTE, 5 * MINUTE),
        (7 * MINUTE, 10 * MINUTE),
        (2 * HOUR, 2 * HOUR),
    ],
)
def test_what_comes_slower_than_its_cadence_is_read_slower(
    store: Store, every: int, step: int
) -> None:
    _sent(store, "a", every, "agent")
    (stored,) = store.series(Selector())
    assert measured(store, [stored], NOW, 5 * MINUTE).of(stored) == step


def test_a_rhythm_that_cannot_be_told_leaves_the_cadence(store: Store) -> None:
    at = NOW - np.cumsum(np.array([1, 50, 3, 700, 20, 5, 900, 4, 60, 2, 800, 9])) * 10_000
    key = CPU.key({"host.name": "a"})
    store.write(Batch.of_series(key, at[::-1].copy(), np.zeros(at.size)), Source("events"))
    (stored,) = store.series(Selector())
    assert measured(store, [stored], NOW, 5 * MINUTE).of(stored) == MINUTE


def test_a_signal_of_a_minute_that_comes_every_five_is_judged(store: Store) -> None:
    store.clock = lambda: NOW
    _sent(store, "slow", 5 * MINUTE, "cloud")
    _sent(store, "fast", MINUTE, "agent")
    found = detect(
        store,
        load_settings(),
        Request(only=("autoregression",)),
        clock=store.clock,
        ids=lambda: "1",
    )
    assert found.scored == 2
    assert len(found.found) == 2
