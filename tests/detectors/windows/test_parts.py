import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.windows.cover import covered
from detectors.windows.nearest import Bank, nearest, spread
from detectors.windows.period import DEFAULT, period
from detectors.windows.views import Cut, shapes


@pytest.mark.parametrize("length", [8, 24, 144, 288])
def test_a_period_is_found(length: int) -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, 3000)
    wave = np.sin(2 * np.pi * np.arange(3000) / length) + noise
    assert abs(period(wave) - length) <= 1 + length // 50


def test_what_never_repeats_has_the_default_period() -> None:
    assert period(np.arange(50.0)) == DEFAULT


@given(st.integers(1, 3000), st.integers(1, 500))
@settings(max_examples=50, deadline=None)
def test_places_are_spread_over_all_and_never_too_many(count: int, most: int) -> None:
    places = spread(count, most)
    assert 1 <= places.size <= most
    assert (np.diff(places) > 0).all()
    assert np.diff(places, prepend=0, append=count).max() <= 2 * -(-count // most)


@given(st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_nearest_is_the_nearest_that_does_not_overlap(seed: int) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(60, 5)).astype(np.float32)
    starts = np.arange(60) * 3
    some = spread(60, 20)
    distance, place = nearest(vectors, starts, Bank(vectors[some], starts[some], 10))
    for row in range(60):
        apart = np.abs(starts[some] - starts[row]) >= 10
        all_of_them = np.linalg.norm(vectors[some] - vectors[row], axis=1)
        assert distance[row] == pytest.approx(all_of_them[apart].min(), rel=1e-5)
        assert apart[place[row]]


def test_where_every_window_overlaps_there_is_no_distance() -> None:
    vectors, starts = np.ones((3, 2), np.float32), np.arange(3)
    assert np.isnan(nearest(vectors, starts, Bank(vectors, starts, 5))[0]).all()


def test_distances_of_vectors_are_those_of_mean_removed_windows() -> None:
    x = np.random.default_rng(3).normal(size=400).cumsum()
    cut = Cut.of(x.size, 13)
    windows = np.stack([x[a : a + cut.length] for a in cut.starts])
    centred = windows - windows.mean(axis=1, keepdims=True)
    found = shapes(x, cut).vectors
    want = np.linalg.norm(centred[0] - centred[20])
    assert np.linalg.norm(found[0] - found[20]) == pytest.approx(want, rel=1e-3)


def test_a_point_gets_the_mean_of_the_windows_that_cover_it() -> None:
    cut = Cut(4, 2, 1, np.arange(0, 7, 2))
    values = np.array([1.0, 3.0, np.nan, 8.0])
    np.testing.assert_array_equal(covered(values, cut), [1.0, 2.0, 3.0, 8.0, 8.0])
