"""Infinite values are kept bit for bit, and every number made of them is what it is said to be: no warnings."""

import math

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from reinfra.model import DAY, HOUR, MINUTE, Batch, Kind, SeriesKey
from reinfra.store import Rule, Selector, Source, Store
from reinfra.store.retain import retain
from reinfra.store.seal import seal
from reinfra.store.totals import totals
from tests.store.conftest import NOW, Hand

BEGIN = NOW - 6 * HOUR  # a block of its own, and the beginning of one
GAUGE, COUNTER = SeriesKey.of("load", {}), SeriesKey.of("requests", {}, Kind.COUNTER)
INF = math.inf
HOURS = {
    "up": [1.0, INF, 3.0],
    "down": [-INF, 2.0],
    "both": [INF, -INF, 5.0],
    "one": [INF],
}
EXPECTED = {
    Rule.LAST: [3.0, 2.0, 5.0, INF],
    Rule.MEAN: [INF, -INF, math.nan, INF],
    Rule.SUM: [INF, -INF, math.nan, INF],
    Rule.MIN: [1.0, -INF, -INF, INF],
    Rule.MAX: [INF, 2.0, INF, INF],
    Rule.P50: [3.0, -INF, 5.0, INF],
    Rule.P95: [INF, -INF, INF, INF],
}


def written(store: Store, key: SeriesKey) -> np.ndarray:
    values = np.array([value for many in HOURS.values() for value in many])
    at = [
        BEGIN + i * HOUR + j * MINUTE for i, m in enumerate(HOURS.values()) for j in range(len(m))
    ]
    store.write(Batch.of_series(key, np.array(at), values), Source("live"))
    return values


@pytest.mark.parametrize("sealed", [False, True])
def test_a_gauge_may_be_infinite(scratch: Store, sealed: bool) -> None:  # noqa: FBT001
    values = written(scratch, GAUGE)
    if sealed:
        seal(scratch, everything=True)
    selected = scratch.series(Selector())
    assert_array_equal(scratch.samples(selected, BEGIN, NOW).value[0], values)
    for rule, expected in EXPECTED.items():
        block = scratch.read(selected, BEGIN, BEGIN + 4 * HOUR, HOUR, rule)
        assert_array_equal(block.values[0], expected, err_msg=rule)
        assert block.mask.all()
    assert totals(scratch, selected, BEGIN, NOW).tolist() == [1 + 3 + 2 + 5]  # of the finite ones


def test_its_rollups_say_the_same(scratch: Store, clock: Hand) -> None:
    written(scratch, GAUGE)
    seal(scratch, everything=True)
    clock.at += 40 * DAY
    retain(scratch)
    for rule in (Rule.MEAN, Rule.SUM, Rule.MIN, Rule.MAX, Rule.LAST):
        block = scratch.read(scratch.series(Selector()), BEGIN, BEGIN + 4 * HOUR, HOUR, rule)
        assert_array_equal(block.values[0], EXPECTED[rule], err_msg=rule)
        assert block.mask.all()


def test_an_infinite_total_of_a_counter_says_nothing(scratch: Store) -> None:
    written(scratch, GAUGE)
    at = BEGIN + np.arange(5) * MINUTE
    scratch.write(Batch.of_series(COUNTER, at, np.array([1.0, INF, 4.0, -INF, 2.0])), Source("x"))
    selected = scratch.series(Selector())  # the gauge is in the same read
    for _ in range(2):
        block = scratch.read(selected, BEGIN, BEGIN + 5 * MINUTE, MINUTE)
        assert_array_equal(block.values[1], [math.nan, math.nan, 3.0, math.nan, 2.0])
        seal(scratch, everything=True)
