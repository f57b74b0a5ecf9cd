"""Several sealers on one PostgreSQL: each takes groups of its own, and none waits for another."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sqlalchemy import func, select, text

from reinfra.model import HOUR, MINUTE, Batch, LockedError, SeriesKey
from reinfra.store import Samples, Selector, Source, Store, open_store
from reinfra.store.check import check
from reinfra.store.columns import GROUP
from reinfra.store.lock import claimed, one_of_many, only_one
from reinfra.store.seal import UPKEEP, seal
from reinfra.store.tables import hot_frame
from tests.store.conftest import NOW, Hand

GROUPS, EACH, SCRAPES = 6, 4, 24
FRAMES = GROUPS * (SCRAPES + 1)
_NEXT_ID = text("SELECT setval(pg_get_serial_sequence('series', 'id'), :after + 1)")


@pytest.fixture
def shared(postgres_url: str, clock: Hand) -> Iterator[Store]:
    """Scrapes of six groups and a bit, over three blocks."""
    store = open_store(postgres_url, clock=clock)
    keys = [SeriesKey.of("load", {"host.name": str(i)}) for i in range(GROUPS * EACH)]
    for group in range(GROUPS):
        with store.writing() as connection:
            connection.execute(_NEXT_ID, {"after": group * GROUP})
        few = keys[group * EACH : (group + 1) * EACH]
        store.write(
            Batch.at_instant(NOW - 8 * HOUR - MINUTE, [(key, 0.0) for key in few]), Source("s")
        )
    rng = np.random.default_rng(1)
    for i in range(SCRAPES):
        at = NOW - 8 * HOUR + i * 20 * MINUTE
        store.write(
            Batch.at_instant(at, zip(keys, rng.random(len(keys)), strict=True)), Source("s")
        )
    yield store
    store.engine.dispose()


def everything(store: Store) -> Samples:
    return store.samples(store.series(Selector()), 0, NOW)


def require_same(store: Store, before: Samples) -> None:
    after = everything(store)
    assert after.damaged == 0
    assert_array_equal(np.concatenate(after.at), np.concatenate(before.at))
    assert_array_equal(np.concatenate(after.value), np.concatenate(before.value))
    assert check(store).problems == []


def left(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(hot_frame)).scalar_one())


def sealed_by(store: Store, count: int, *kill_after: float) -> list[int]:
    """How many frames each of so many processes sealed, one of which may be killed in its work."""
    url = store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.store.sealer", url, str(NOW), str(count)]
    command += map(str, kill_after)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [int(line) for line in done.stdout.splitlines()]


def test_a_group_that_another_is_at_is_left_to_it(shared: Store) -> None:
    before = everything(shared)
    with shared.writing() as other:
        assert claimed(other, 2)
        assert seal(shared, everything=True).frames == FRAMES - SCRAPES - 1  # and it did not wait
    assert left(shared) == SCRAPES + 1
    require_same(shared, before)
    assert seal(shared, everything=True).frames == SCRAPES + 1
    require_same(shared, before)


def test_sealers_side_by_side_seal_everything_once(shared: Store) -> None:
    before = everything(shared)
    done = sealed_by(shared, 3)
    assert len(done) == 3
    assert sum(done) + left(shared) == FRAMES
    seal(shared, everything=True)
    assert left(shared) == 0
    require_same(shared, before)


@pytest.mark.parametrize("after_s", [0.01, 0.1])
def test_a_sealer_killed_at_work_leaves_its_group_to_the_next(
    shared: Store, after_s: float
) -> None:
    before = everything(shared)
    sealed_by(shared, 2, after_s)
    require_same(shared, before)
    seal(shared, everything=True)
    assert left(shared) == 0
    require_same(shared, before)


def test_who_retains_keeps_sealers_out_and_is_kept_out_by_them(shared: Store) -> None:
    with one_of_many(shared.engine, UPKEEP):
        with pytest.raises(LockedError), only_one(shared.engine, UPKEEP):
            pass
        assert seal(shared).frames > 0
    with only_one(shared.engine, UPKEEP), pytest.raises(LockedError):
        seal(shared)


def test_a_lock_goes_with_its_holder_even_if_that_fails(shared: Store) -> None:
    with pytest.raises(ZeroDivisionError), only_one(shared.engine, UPKEEP):
        raise ZeroDivisionError
    assert seal(shared).frames > 0
