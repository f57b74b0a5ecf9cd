"""Several sealers on one PostgreSQL: each takes groups of its own, and none waits for another."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

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


@contextmanager
def sealer(store: Store) -> Iterator["subprocess.Popen[str]"]:
    """A process that is ready to seal."""
    url = store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.store.sealer", url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield process


def told(process: "subprocess.Popen[str]", line: str = "go\n") -> None:
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


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
    with ExitStack() as stack:
        three = [stack.enter_context(sealer(shared)) for _ in range(3)]
        assert [said(one) for one in three] == ["ready"] * 3
        for one in three:
            told(one)
        done = [int(said(one)) for one in three]
    assert sum(done) + left(shared) == FRAMES
    seal(shared, everything=True)
    assert left(shared) == 0
    require_same(shared, before)


def test_a_sealer_killed_at_work_leaves_its_group_to_the_next(shared: Store) -> None:
    before = everything(shared)
    for delay in (0.02, 0.08):
        with sealer(shared) as killed, sealer(shared) as other:
            assert said(killed) == said(other) == "ready"
            told(killed)
            told(other)
            time.sleep(delay)  # anywhere in its work
            killed.kill()
            assert int(said(other)) >= 0
        require_same(shared, before)
        shared.write(Batch.at_instant(NOW - 8 * HOUR, [(before.keys[0], delay)]), Source("s"))
        before = everything(shared)
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
