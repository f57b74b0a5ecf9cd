"""Rollups say what the raw samples say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reinfra.model import DAY, HOUR, MINUTE, Batch, InputError, Kind, SeriesKey
from reinfra.store import Rule, Selector, Source, Store
from reinfra.store.columns import BLOCK
from reinfra.store.longterm import read_long
from reinfra.store.retain import retain
from reinfra.store.rollups import COARSE, load
from reinfra.store.seal import seal
from reinfra.store.sums import sums_of
from tests.store.conftest import NOW, Hand

LIVE = Source("live")
GAUGE = SeriesKey.of("load", {})
COUNTER = SeriesKey.of("requests", {}, Kind.COUNTER)


def filled(store: Store, clock: Hand) -> int:
    """Two sealed blocks; the number of the second."""
    times = NOW - 6 * HOUR + np.arange(8 * 60) * MINUTE
    rng = np.random.default_rng(3)
    value = rng.random(times.size)
    value[::20] = np.nan
    for key, column in ((GAUGE, value), (COUNTER, np.arange(times.size, dtype=np.float64) % 200)):
        store.write(Batch.of_series(key, times, column), LIVE)
    clock.at = NOW + 3 * HOUR
    assert seal(store).blocks == 2
    return NOW // BLOCK


def compare(store: Store, block: int) -> None:
    with store.reading() as connection:
        row = load(connection, [block], [0], COARSE)[0]
    found, selected = sums_of(row), store.series(Selector())
    since = block * BLOCK
    assert found.ids.tolist() == [one.id for one in selected]
    rules = {Rule.SUM: found.total, Rule.MIN: found.low, Rule.MAX: found.high}
    for rule, matrix in rules.items():
        raw = store.read(selected, since, since + BLOCK, HOUR, rule).values
        gauge = [one.key for one in selected].index(GAUGE)
        assert_allclose(matrix[gauge], raw[gauge])
    raw = store.read(selected, since, since + BLOCK, HOUR).values
    counter = [one.key for one in selected].index(COUNTER)
    assert_allclose(found.total[counter], raw[counter])


def test_an_hour_of_a_rollup_is_an_hour_of_samples(held: Store, clock: Hand) -> None:
    block = filled(held, clock)
    compare(held, block - 1)
    compare(held, block)


def test_a_late_sample_mends_its_block_and_the_next(held: Store, clock: Hand) -> None:
    block = filled(held, clock)
    last = block * BLOCK - MINUTE // 2
    held.write(Batch.at_instant(last, [(COUNTER, 1000.0)]), LIVE)
    seal(held)
    compare(held, block - 1)
    compare(held, block)


def test_a_long_read_says_what_raw_samples_say(held: Store, clock: Hand) -> None:
    filled(held, clock)
    held.write(Batch.at_instant(NOW + 2 * HOUR + MINUTE, [(GAUGE, 9.0)]), LIVE)  # hot again
    selected = held.series(Selector())
    since, until = NOW - 7 * HOUR, NOW + 3 * HOUR
    for step in (5 * MINUTE, HOUR, 2 * HOUR):
        for rule in (Rule.MEAN, Rule.MIN, Rule.MAX, Rule.SUM):
            raw = held.read(selected, since // step * step, -(-until // step) * step, step, rule)
            long = read_long(held, selected, since, until, step, rule)
            assert_allclose(long.values, raw.values)
            assert (long.at == raw.at).all()
    with pytest.raises(InputError, match="not kept for long"):
        read_long(held, selected, since, until, HOUR, Rule.P95)


def test_what_expired_is_still_read_by_the_hour(held: Store, clock: Hand) -> None:
    filled(held, clock)
    selected = held.series(Selector())
    span = (NOW - 6 * HOUR, NOW - 2 * HOUR)
    before = {step: read_long(held, selected, *span, step).values for step in (5 * MINUTE, HOUR)}
    clock.at = NOW + 31 * DAY
    assert retain(held).chunks > 0
    assert not held.read(selected, *span, HOUR).mask.any()
    for step, values in before.items():
        assert_allclose(read_long(held, selected, *span, step).values, values)
