"""A SQLite file that may only be read is read; whoever would write is told so in one sentence."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reinfra.model import HOUR, MINUTE, Batch, SeriesKey
from reinfra.store import Selector, Source, Store, StoreError, open_store
from reinfra.store.check import check
from reinfra.store.lock import only_one
from reinfra.store.seal import seal
from reinfra.store.stats import stats
from tests.store.conftest import NOW, Hand

KEY = SeriesKey.of("load", {})
BATCH = Batch.at_instant(NOW, [(KEY, 1.0)])
Lock = Callable[[Path], None]


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Rights as another user would find them: the tests may run as root, who may do anything."""
    real = os.access

    def locked(place: Path) -> None:
        def access(path: Path, mode: int) -> bool:
            return real(path, mode) and not (mode & os.W_OK and Path(path) == place)

        monkeypatch.setattr("os.access", access)

    return locked


@pytest.fixture
def file(scratch: Store) -> Path:
    scratch.write(BATCH, Source("live"))
    return Path(str(scratch.engine.url.database))


@pytest.fixture
def closed(file: Path, scratch: Store) -> Path:
    """Nobody has it open: its log is gone."""
    scratch.engine.dispose()
    assert not Path(f"{file}-wal").exists()
    return file


@contextmanager
def opened(file: Path, clock: Hand) -> Iterator[Store]:
    store = open_store(f"sqlite:///{file}", clock=clock)
    yield store
    store.engine.dispose()


@pytest.mark.parametrize("folder", [False, True])
def test_what_nobody_has_open_is_read_and_nothing_is_left_beside_it(
    closed: Path,
    lock: Lock,
    clock: Hand,
    folder: bool,  # noqa: FBT001
) -> None:
    lock(closed.parent if folder else closed)
    before = set(closed.parent.iterdir())
    with opened(closed, clock) as store:
        assert store.samples(store.series(Selector()), 0, NOW + 1).value[0].tolist() == [1.0]
        assert check(store).clean
        assert stats(store).hot_samples == 1
    assert set(closed.parent.iterdir()) == before


def test_what_another_has_open_is_read_with_its_last_changes(
    file: Path, scratch: Store, lock: Lock, clock: Hand
) -> None:
    lock(file.parent)
    with opened(file, clock) as store:
        scratch.write(Batch.at_instant(NOW + MINUTE, [(KEY, 2.0)]), Source("live"))
        found = store.samples(store.series(Selector()), 0, NOW + HOUR)
        assert found.value[0].tolist() == [1.0, 2.0]


def test_who_would_write_is_refused(closed: Path, lock: Lock, clock: Hand) -> None:
    lock(closed)
    with opened(closed, clock) as store:
        with pytest.raises(StoreError, match="the database is read-only"):
            store.write(BATCH, Source("live"))
        with pytest.raises(StoreError, match="the database is read-only"):
            seal(store)


def test_a_lock_that_cannot_be_made_is_named(file: Path, scratch: Store) -> None:
    (file.parent / f"{file.name}.any.lock").mkdir()
    with pytest.raises(StoreError, match="a lock cannot be made"), only_one(scratch.engine, "any"):
        pass


def test_changes_that_cannot_be_read_are_not_left_out_silently(
    file: Path, lock: Lock, tmp_path: Path, clock: Hand
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(file, copy)
    shutil.copy(f"{file}-wal", f"{copy}-wal")
    lock(copy)
    with pytest.raises(StoreError, match=r"copy.db-shm cannot be read"), opened(copy, clock):
        pass
