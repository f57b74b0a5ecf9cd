"""What every caller relies on, on SQLite and on PostgreSQL."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from reinfra.model import DAY, HOUR, MINUTE, SECOND, Batch, Kind, Origin, SeriesKey
from reinfra.store import Matcher, Selector, Source, Store, StoreError, open_store
from reinfra.store.seal import seal
from tests.store.conftest import NOW, Hand

LIVE = Source("live")
POWER = SeriesKey.of("hw.power", {"hw.id": "0"}, unit="W")
OTHER = SeriesKey.of("hw.power", {"hw.id": "1"}, unit="W")


def of(store: Store, key: SeriesKey) -> tuple[list[int], list[float]]:
    selected = [one for one in store.series(Selector(key.metric)) if one.key == key]
    samples = store.samples(selected, 0, NOW + DAY)
    return samples.at[0].tolist(), samples.value[0].tolist()


def test_what_was_written_is_read(held: Store) -> None:
    held.write(Batch.at_instant(NOW, [(POWER, 1.5), (OTHER, 2.5)]), LIVE)
    held.write(Batch.at_instant(NOW + 1, [(POWER, 3.5)]), LIVE)
    assert of(held, POWER) == ([NOW, NOW + 1], [1.5, 3.5])
    assert of(held, OTHER) == ([NOW], [2.5])


def test_a_replayed_batch_changes_nothing(held: Store) -> None:
    batch = Batch.at_instant(NOW, [(POWER, 1.0)])
    assert held.write(batch, LIVE).accepted == 1
    again = held.write(batch, LIVE)
    assert (again.accepted, again.replayed) == (0, True)
    assert of(held, POWER) == ([NOW], [1.0])


def test_the_last_write_of_an_instant_wins_and_a_replay_of_the_first_does_not(held: Store) -> None:
    for value in (1.0, 2.0, 1.0):
        held.write(Batch.at_instant(NOW, [(POWER, value)]), LIVE)
    assert of(held, POWER) == ([NOW], [2.0])


def test_every_bit_of_a_nan_is_kept(held: Store) -> None:
    bits = np.array([0x7FF0000000000002, 0x7FF8000000000001, -1, 0], np.int64)
    times = NOW + np.arange(4)
    held.write(Batch.of_series(POWER, times, bits.view(np.float64)), LIVE)
    found = held.samples(held.series(Selector()), 0, NOW + DAY)
    assert_array_equal(found.value[0].view(np.int64), bits)


def test_a_sample_from_the_far_future_is_refused_and_counted(held: Store, clock: Hand) -> None:
    batch = Batch.of_series(POWER, np.array([NOW, NOW + 11 * MINUTE]), np.array([1.0, 2.0]))
    assert held.write(batch, LIVE).refused == {"far in the future": 1}
    clock.at -= (
        HOUR  # the clock jumped back: what it now calls the future waits until it has caught up
    )
    late = held.write(Batch.at_instant(NOW + SECOND, [(POWER, 1.0)]), LIVE)
    assert late.refused == {"far in the future": 1}
    assert of(held, POWER) == ([NOW], [1.0])


def test_a_live_series_takes_a_day_late_and_no_older(held: Store) -> None:
    held.write(Batch.at_instant(NOW, [(POWER, 1.0)]), LIVE)
    batch = Batch.of_series(POWER, NOW - np.array([DAY, DAY + 1]), np.array([2.0, 3.0]))
    assert held.write(batch, LIVE).refused == {"older than 24 hours before the last sample": 1}
    assert of(held, POWER) == ([NOW - DAY, NOW], [2.0, 1.0])


def test_history_comes_in_whole_for_a_new_series_and_for_a_recorded_source(held: Store) -> None:
    past = NOW - np.arange(17 * 24) * HOUR
    held.write(Batch.of_series(POWER, past, past.astype(float)), LIVE)
    assert len(of(held, POWER)[0]) == past.size
    recorded = Source("recorded", Origin.RECORDED)
    held.write(Batch.at_instant(NOW, [(OTHER, 1.0)]), recorded)
    assert held.write(Batch.of_series(OTHER, past, past.astype(float)), recorded).refused == {}
    assert len(of(held, OTHER)[0]) == past.size


def test_a_watermark_and_a_cursor_move_with_their_samples_and_never_back(held: Store) -> None:
    assert held.watermark("live") is None
    held.write(Batch.at_instant(NOW, [(POWER, 1.0)]), LIVE, watermark=NOW, cursor="page 2")
    held.write(Batch.empty(), LIVE, watermark=NOW - 1)
    assert (held.watermark("live"), held.cursor("live")) == (NOW, "page 2")


def test_real_and_simulated_numbers_are_not_mixed(held: Store) -> None:
    held.write(Batch.at_instant(NOW, [(POWER, 1.0)]), LIVE)
    with pytest.raises(StoreError, match="never mixed"):
        held.write(Batch.at_instant(NOW, [(OTHER, 1.0)]), Source("sim", Origin.SIMULATED))
    assert len(held.series(Selector())) == 1


def test_the_first_and_last_instant_are_exact_after_every_write(
    held: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reinfra.store.write.NOTED_EVERY", 8)
    for i in range(20):
        rows = [(POWER, 1.0)] if i % 3 else [(POWER, 1.0), (OTHER, 1.0)]
        held.write(Batch.at_instant(NOW + i * SECOND, rows), LIVE)
        held.write(Batch.at_instant(NOW - i * SECOND, [(OTHER, 1.0)]), LIVE)
        spans = {one.key: (one.first_at, one.last_at) for one in held.series(Selector())}
        assert spans[POWER] == (NOW, NOW + i * SECOND)
        assert spans[OTHER] == (NOW - i * SECOND, NOW + i // 3 * 3 * SECOND)


@pytest.mark.parametrize(
    ("matcher", "found"),
    [
        (Matcher("hw.id", "=", "0"), {"0"}),
        (Matcher("hw.id", "!=", "0"), {"1"}),
        (Matcher("hw.id", "=~", "0|1"), {"0", "1"}),
        (Matcher("hw.id", "!~", "[01]"), set()),
        (Matcher("rack", "=", ""), {"0", "1"}),
    ],
)
def test_series_are_found_by_label(held: Store, matcher: Matcher, found: set[str]) -> None:
    held.write(Batch.at_instant(NOW, [(POWER, 1.0), (OTHER, 1.0)]), LIVE)
    selected = held.series(Selector("hw.power", (matcher,)))
    assert {one.key.label("hw.id") for one in selected} == found


def test_a_counter_is_read_as_its_increase_with_resets_and_from_before_the_window(
    held: Store,
) -> None:
    key = SeriesKey.of("requests", {}, Kind.COUNTER)
    times = NOW + np.arange(4) * MINUTE
    held.write(Batch.of_series(key, times, np.array([10.0, 15.0, 3.0, 4.0])), LIVE)
    block = held.read(held.series(Selector()), NOW + MINUTE, NOW + 4 * MINUTE, MINUTE)
    assert block.values.tolist() == [[5.0, 3.0, 1.0]]


def test_a_staleness_marker_ends_a_series(held: Store) -> None:
    stale = np.array([0x7FF0000000000002]).view(np.float64)
    values = np.concatenate([[1.0], stale, [np.nan]])
    held.write(Batch.of_series(POWER, NOW + np.arange(3) * MINUTE, values), LIVE)
    block = held.read(held.series(Selector()), NOW, NOW + 3 * MINUTE, MINUTE)
    assert block.mask.tolist() == [[True, False, True]]


def test_a_reader_that_stays_open_sees_what_others_write(held: Store, any_url: str) -> None:
    other = open_store(any_url, clock=held.clock)
    for minute in range(5):
        at = NOW + minute * MINUTE
        other.write(Batch.at_instant(at, [(POWER, 1.0)]), LIVE)
        assert [one.last_at for one in held.series(Selector())] == [at]
        if minute == 2:
            seal(other, everything=True)  # which notes them all
    other.engine.dispose()
