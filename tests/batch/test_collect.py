from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from collectors import CollectorError
from reinfra.batch.collect import collect_once, open_collectors, repeat, upkeep
from reinfra.errors import InputError
from reinfra.model import DAY, HOUR, MINUTE, Batch, Origin, SeriesKey
from reinfra.store import Selector, Source, Store
from reinfra.store.lock import only_one
from reinfra.store.seal import UPKEEP
from reinfra.store.stats import stats

NOW = 1_750_000_000_000
KEY = SeriesKey.of("m", {})


@dataclass(frozen=True)
class Broken:
    name: str = "broken"
    origin: Origin = Origin.LIVE

    def collect(self) -> Iterator[Batch]:
        raise CollectorError("no answer", where="broken")


@dataclass(frozen=True)
class Working:
    name: str = "working"
    origin: Origin = Origin.LIVE

    def collect(self) -> Iterator[Batch]:
        yield Batch.at_instant(NOW, [(KEY, 1.0)])


class LoopError(Exception):
    """Ends the loop, as a person does."""


def test_a_source_that_fails_is_told_and_stops_no_other(store: Store) -> None:
    store.clock = lambda: NOW
    done = collect_once(store, [Broken(), Working()])
    assert [(one.source, one.samples, one.error) for one in done] == [
        ("broken", 0, "broken: no answer"),
        ("working", 1, ""),
    ]
    assert store.watermark("working") == NOW


def test_the_loop_keeps_its_rhythm_however_long_a_collection_takes(store: Store) -> None:
    store.clock = lambda: NOW
    now = 0.0
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds + 3  # the collection after it takes three seconds
        waits.append(seconds)
        if len(waits) == 4:
            raise LoopError

    with pytest.raises(LoopError):
        repeat(store, [Working()], 10.0, lambda _: None, sleep=sleep, monotonic=lambda: now)
    assert waits == [10.0, 7.0, 7.0, 7.0]


def test_upkeep_seals_what_is_over(store: Store) -> None:
    at = np.arange(NOW - DAY, NOW, MINUTE)
    store.clock = lambda: NOW
    store.write(Batch.of_series(KEY, at, np.ones(at.size)), Source("s"))
    upkeep(store)
    sizes = stats(store)
    assert sizes.sealed_samples + sizes.hot_samples == at.size
    assert sizes.hot_samples < 5 * HOUR / MINUTE
    assert store.series(Selector())[0].last_at == at[-1]


def test_upkeep_leaves_the_work_to_whoever_is_at_it(store: Store) -> None:
    with only_one(store.engine, UPKEEP):
        upkeep(store)


def test_a_source_nobody_can_collect_is_refused() -> None:
    with pytest.raises(InputError, match="telepathy"):
        open_collectors(("telepathy",), lambda: NOW)
