"""Sealing changes where samples are, never what is read."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from sqlalchemy import func, select, text, update

from reinfra.model import DAY, HOUR, MINUTE, Batch, Kind, LockedError, SeriesKey
from reinfra.store import Rule, Selector, Source, Store
from reinfra.store.lock import only_one
from reinfra.store.seal import UPKEEP, seal
from reinfra.store.tables import chunk, hot_frame, quarantine
from tests.store.conftest import NOW, Hand

LIVE = Source("live")
KEYS = tuple(SeriesKey.of("hw.power", {"hw.id": str(i)}, unit="W") for i in range(5))


def scraped(store: Store, since: int, count: int, seed: int = 0) -> None:
    """Scrapes a minute apart, some of which miss a series."""
    rng = np.random.default_rng(seed)
    store.write(Batch.at_instant(since, [(key, 0.0) for key in KEYS]), LIVE)
    for i in range(1, count):
        at = since + i * MINUTE
        store.write(
            Batch.at_instant(at, [(k, rng.random()) for k in KEYS if rng.random() > 0.1]), LIVE
        )


def everything(store: Store) -> list[tuple[list[int], NDArray[np.int64]]]:
    found = store.samples(store.series(Selector()), 0, NOW + DAY)
    assert found.damaged == 0
    return [
        (at.tolist(), value.view(np.int64)) for at, value in zip(found.at, found.value, strict=True)
    ]


def same(store: Store, before: list[tuple[list[int], NDArray[np.int64]]]) -> None:
    for (at, bits), (at_before, bits_before) in zip(everything(store), before, strict=True):
        assert at == at_before
        assert_array_equal(bits, bits_before)


def rows(store: Store, table: object) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def test_only_blocks_that_are_over_are_sealed_and_all_read_the_same(held: Store) -> None:
    scraped(held, NOW - 3 * HOUR, 180)
    before = everything(held)
    done = seal(held)
    assert (done.blocks, done.chunks, done.damaged) == (1, 5, 0)
    assert rows(held, hot_frame) == 120
    same(held, before)


def test_a_late_sample_is_merged_into_its_chunk_and_wins_over_it(held: Store) -> None:
    scraped(held, NOW - 3 * HOUR, 60)
    seal(held)
    taken = everything(held)[0][0][7]
    late = Batch.of_series(KEYS[0], np.array([taken, taken + 1]), np.array([-1.0, -2.0]))
    held.write(late, LIVE)
    before = everything(held)
    assert -1.0 in before[0][1].view(np.float64)
    assert seal(held).chunks == 1
    assert rows(held, hot_frame) == 0
    same(held, before)


def test_a_replay_after_sealing_is_known_and_wins_over_nothing(held: Store) -> None:
    at = NOW - 3 * HOUR
    first = Batch.at_instant(at, [(KEYS[0], 1.0)])
    held.write(first, LIVE)
    held.write(Batch.at_instant(at, [(KEYS[0], 2.0)]), LIVE)
    seal(held)
    assert held.write(first, LIVE).replayed
    assert everything(held)[0][1].view(np.float64).tolist() == [2.0]


@pytest.mark.parametrize("kept", [[0, 1, 2], [1], [0, 2]])
def test_frames_that_a_crash_left_behind_lose_to_the_chunk_that_holds_them(
    held: Store, kept: list[int]
) -> None:
    at = NOW - 3 * HOUR
    for value in (1.0, 2.0, 3.0):
        held.write(Batch.at_instant(at, [(KEYS[0], value)]), LIVE)
    with held.reading() as connection:
        left = connection.execute(select(hot_frame).order_by(hot_frame.c.seq)).mappings().all()
    seal(held)
    with held.writing() as connection:
        connection.execute(hot_frame.insert(), [dict(left[i]) for i in kept])
    assert everything(held)[0][1].view(np.float64).tolist() == [3.0]
    seal(held)
    assert everything(held)[0][1].view(np.float64).tolist() == [3.0]


def test_a_damaged_chunk_is_counted_set_aside_and_the_rest_is_read(held: Store) -> None:
    scraped(held, NOW - 3 * HOUR, 60)
    seal(held)
    with held.writing() as connection:
        first = select(chunk.c.value).where(chunk.c.series_id == 1)
        data = bytearray(connection.execute(first).scalar_one())
        data[len(data) // 2] ^= 1
        connection.execute(update(chunk).where(chunk.c.series_id == 1).values(value=bytes(data)))
    found = held.samples(held.series(Selector()), 0, NOW)
    assert found.damaged == 1
    assert [at.size > 0 for at in found.at] == [False, True, True, True, True]
    held.write(Batch.at_instant(NOW - 3 * HOUR + 1, [(KEYS[0], 1.0)]), LIVE)
    assert seal(held).damaged == 1
    assert rows(held, quarantine) == 1
    assert held.samples(held.series(Selector()), 0, NOW).damaged == 0


def test_a_damaged_frame_is_counted_and_never_deleted(held: Store) -> None:
    scraped(held, NOW - 3 * HOUR, 3)
    with held.writing() as connection:
        connection.execute(text("UPDATE hot_frame SET crc = crc + 1 WHERE seq = 2"))
    assert held.samples(held.series(Selector()), 0, NOW).damaged == 1
    assert seal(held).damaged == 1
    assert rows(held, hot_frame) == 1


def test_two_sealers_do_not_meet(held: Store) -> None:
    with only_one(held.engine, UPKEEP), pytest.raises(LockedError):
        seal(held)
    assert seal(held).blocks == 0


def test_a_counter_rises_across_the_border_of_two_chunks(held: Store, clock: Hand) -> None:
    key = SeriesKey.of("requests", {}, Kind.COUNTER)
    border = NOW - 2 * HOUR
    times = border + np.arange(-5, 5) * MINUTE
    held.write(Batch.of_series(key, times, np.arange(0.0, 100.0, 10.0)), LIVE)
    clock.at = NOW + 4 * HOUR
    assert seal(held).blocks == 2
    block = held.read(held.series(Selector()), border, border + 5 * MINUTE, MINUTE)
    assert block.values.tolist() == [[10.0] * 5]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.lists(
                st.tuples(
                    st.integers(0, 2), st.integers(-6, 1), st.sampled_from([1.0, -0.0, np.nan, 7.5])
                ),
                min_size=1,
                max_size=6,
            ),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_writes_and_seals_read_as_the_last_write_of_each_instant(
    scratch: Store, writes: list[tuple[list[tuple[int, int, float]], bool]]
) -> None:
    store = scratch
    with store.writing() as connection:
        for table in ("hot_frame", "batch", "chunk", "time_vector", "rollup"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    expected: dict[tuple[int, int], float] = {}
    seen = set()
    for number, (samples, sealed) in enumerate(writes):
        which = np.array([s for s, _, _ in samples], np.int32)
        at = np.array([NOW + hour * HOUR - 3 * HOUR for _, hour, _ in samples], np.int64)
        value = np.array([v for _, _, v in samples])
        batch = Batch(KEYS[:3], which, at, value)
        if not store.write(batch, Source("any")).replayed:
            expected |= {
                (s, t): v
                for s, t, v in zip(which.tolist(), at.tolist(), value.tolist(), strict=True)
            }
        seen.add(number)
        if sealed:
            seal(store, everything=True)
    selected = store.series(Selector())
    found = store.samples(selected, 0, NOW + DAY)
    got = {
        (KEYS.index(key), t): v
        for key, at, value in zip(found.keys, found.at, found.value, strict=True)
        for t, v in zip(at.tolist(), value.tolist(), strict=True)
    }
    assert got.keys() == expected.keys()
    assert all(np.array_equal(got[k], expected[k], equal_nan=True) for k in got)


def test_reading_at_a_step_is_the_same_hot_and_sealed(held: Store) -> None:
    scraped(held, NOW - 3 * HOUR, 60)
    selected = held.series(Selector())
    span = (NOW - 3 * HOUR, NOW - 2 * HOUR, 5 * MINUTE)
    before = [held.read(selected, *span, rule) for rule in Rule]
    seal(held)
    for rule, block in zip(Rule, before, strict=True):
        assert_array_equal(held.read(selected, *span, rule).values, block.values)
