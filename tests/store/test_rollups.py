"""Rollups say what the raw samples say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reinfra.model import DAY, HOUR, MINUTE, Batch, Kind, Origin, SeriesKey
from reinfra.store import Rule, Selector, Source, Store
from reinfra.store.charts import read_chart, step_of
from reinfra.store.check import check
from reinfra.store.columns import BLOCK
from reinfra.store.retain import retain
from reinfra.store.rollups import COARSE, load
from reinfra.store.seal import seal
from reinfra.store.sums import sums_of
from tests.store.conftest import NOW, Hand

LIVE, RECORDED = Source("live"), Source("recorded", Origin.RECORDED)
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


@pytest.mark.parametrize("step", [5 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR])
def test_what_expired_reads_as_it_did_and_says_that_it_did(
    held: Store, clock: Hand, step: int
) -> None:
    filled(held, clock)
    selected = held.series(Selector())
    span = (NOW - 6 * HOUR, NOW + 2 * HOUR)
    rules = (Rule.MEAN, Rule.MIN, Rule.MAX, Rule.SUM)
    before = {rule: held.read(selected, *span, step, rule) for rule in rules}
    assert all(block.rolled is None for block in before.values())
    clock.at = (NOW // BLOCK) * BLOCK + 30 * DAY  # the first of the two blocks expires
    assert retain(held).chunks == 2
    for rule, block in before.items():
        after = held.read(selected, *span, step, rule)
        assert_allclose(after.values, block.values)
        assert after.rolled is not None
        old = after.at < NOW // BLOCK * BLOCK
        assert after.rolled[:, old].all()
        assert not after.rolled[0, ~old & (after.at >= NOW // BLOCK * BLOCK)].any()
    assert check(held).clean


def test_a_quantile_and_a_fine_step_of_what_expired_are_unknown(held: Store, clock: Hand) -> None:
    filled(held, clock)
    selected = held.series(Selector())
    clock.at = NOW + 31 * DAY
    retain(held)
    span = (NOW - 6 * HOUR, NOW - 2 * HOUR)
    assert not held.read(selected, *span, HOUR, Rule.P95).mask.any()
    assert not held.read(selected, *span, MINUTE, Rule.MEAN).mask.any()
    assert held.read(selected, *span, HOUR, Rule.LAST).mask.all()


def test_after_the_five_minutes_only_hours_are_left(held: Store, clock: Hand) -> None:
    filled(held, clock)
    selected = held.series(Selector())
    span = (NOW - 6 * HOUR, NOW - 2 * HOUR)
    clock.at = NOW + 31 * DAY
    retain(held)
    clock.at = NOW + 91 * DAY
    retain(held)
    assert not held.read(selected, *span, 5 * MINUTE, Rule.MEAN).mask.any()
    assert held.read(selected, *span, HOUR, Rule.MEAN).mask.all()


def test_a_late_sample_of_what_expired_does_not_replace_its_rollup(
    held: Store, clock: Hand
) -> None:
    filled(held, clock)
    selected = held.series(Selector())
    span = (NOW - 6 * HOUR, NOW + 2 * HOUR)
    clock.at = NOW + 31 * DAY
    retain(held)
    before = held.read(selected, *span, HOUR, Rule.SUM).values
    other = SeriesKey.of("load", {"host.name": "new"})
    for at in (NOW - 6 * HOUR + 1, NOW + 1):
        held.write(Batch.at_instant(at, [(other, 1.0)]), LIVE)
    held.write(Batch.at_instant(NOW - 3 * HOUR + 1, [(GAUGE, 5.0)]), RECORDED)
    seal(held, everything=True)
    retain(held)
    assert_allclose(held.read(selected, *span, HOUR, Rule.SUM).values, before)


def test_a_chart_reads_rollups_and_says_what_raw_samples_say(held: Store, clock: Hand) -> None:
    filled(held, clock)
    held.write(Batch.at_instant(NOW + 2 * HOUR + MINUTE, [(GAUGE, 9.0)]), LIVE)  # hot again
    selected = held.series(Selector())
    since, until = NOW - 8 * HOUR, NOW + 4 * HOUR
    for points in (12, 6, 144, 1000):
        step = step_of(until - since, points)
        assert step in {HOUR, 2 * HOUR, 5 * MINUTE, 43_200}
        for rule in (Rule.MEAN, Rule.MIN, Rule.MAX, Rule.SUM):
            raw = held.read(selected, since, until, step, rule)
            chart = read_chart(held, selected, since, until, points, rule)
            assert_allclose(chart.values, raw.values)
            assert (chart.at == raw.at).all()
    clock.at = NOW + 40 * DAY
    retain(held)
    late = read_chart(held, selected, since, until, 12)
    assert late.rolled is not None
    assert late.rolled.sum() == late.mask.sum() - 1 == 14  # and one that is hot
