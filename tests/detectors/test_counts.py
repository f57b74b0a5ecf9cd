import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from detectors.count_tail import highest, nested, window_sums
from detectors.counts import Counts
from reinfra.model import DAY, MINUTE, SeriesBlock
from tests.detectors.blocks import block_of

Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
WEEK_OF_MINUTES = 10_080


def events(series: int, points: int, rate: float, seed: int = 0) -> SeriesBlock:
    counts = np.random.default_rng(seed).poisson(rate, (series, points))
    return block_of(counts.astype(np.float64), MINUTE, "hw.gpu.ecc.errors")


@pytest.mark.parametrize("rate", [1e-4, 0.05, 2.0, 300.0])
def test_chance_alone_is_flagged_no_oftener_than_asked_for(rate: float) -> None:
    block = events(20, WEEK_OF_MINUTES, rate)
    for per_week in (0.25, 5.0):
        flagged = Counts(per_week=per_week).score(block).values > 1
        assert flagged.sum() <= per_week * 20


def test_the_second_error_of_a_burst_is_strange_where_there_never_was_one() -> None:
    block = events(1, 3000, 0)
    block.values[0, [2000, 2004, 2011]] = 1
    scores = Counts().score(block).values[0]
    assert np.flatnonzero(scores > 1).tolist() == [2004, 2011]


def test_errors_too_many_for_an_hour_are_strange_one_by_one() -> None:
    block = events(1, 5000, 0.01)
    block.values[0, 4000:4060:6] += 1
    scores = Counts().score(block).values[0, 4000:4060]
    assert (scores > 1)[::6][7:].all()
    assert not (scores > 1)[1::6].any()


def test_numbers_that_always_spread_are_not_strange_for_spreading() -> None:
    """A rate that changes every five minutes, as retransmissions do with the load."""
    rng = np.random.default_rng(0)
    rate = np.repeat(rng.gamma(2.0, 10.0, (10, WEEK_OF_MINUTES // 5)), 5, axis=1)
    block = block_of(rng.poisson(rate).astype(np.float64), MINUTE)
    assert (Counts().score(block).values[:, 2000:] > 1).sum() <= 10


def test_fewer_than_usual_is_never_flagged() -> None:
    block = events(1, 3000, 20.0)
    block.values[0, 2000:2100] = 0
    assert np.nanmax(Counts().score(block).values[0, 2000:2100]) <= 1


def test_a_negative_number_is_no_count() -> None:
    block = events(1, 1000, 1.0)
    block.values[0, 700] = -3
    assert np.isnan(Counts().score(block).values[0, 700])


def test_the_limit_follows_the_rate_that_is_asked_for() -> None:
    block = events(1, 3000, 3.0)
    scale = [np.nanmean(Counts(per_week=rate).score(block).scale) for rate in (0.1, 10.0)]
    assert scale[0] > scale[1]


@given(st.floats(1e-7, 0.05), st.floats(0.5, 1e4), st.floats(1e-6, 1e5), st.integers(-3, 3))
@settings(max_examples=50, deadline=None)
def test_the_highest_number_is_the_one_that_scipy_finds(
    chance: float, shape: float, mean: float, off: int
) -> None:
    expected = nbinom.isf(chance, shape, shape / (shape + mean))
    at, of = np.array([[shape]]), np.array([[mean]])
    for before in (np.nan, max(expected + off, 0.0)):
        found = highest(chance, at, of, np.array([[before]]))
        assert abs(found[0, 0] - expected) <= 1e-9 * expected


def test_windows_are_multiples_of_each_other() -> None:
    windows = Counts().windows
    assert nested(windows, MINUTE) == (1, 5, 20, 60)
    assert nested(windows, 5 * MINUTE) == (1, 4, 12)
    assert nested(windows, 2 * MINUTE) == (1, 2, 10, 30)
    assert nested(windows, DAY) == (1,)


def test_a_window_ends_with_its_cell() -> None:
    x = np.array([[1.0, 2.0, np.nan, 4.0, 5.0, 6.0]])
    one, two, four = window_sums(x, (1, 2, 4))
    assert one.tolist() == [[1, 2, 0, 4, 5, 6]]
    assert two.tolist() == [[1, 3, 2, 4, 9, 11]]
    assert four[0, 3:].tolist() == [7, 11, 15]
