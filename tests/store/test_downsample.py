import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reinfra.store.downsample import inside, keep

values = arrays(np.float64, st.integers(1, 400), elements=st.floats(-1e6, 1e6) | st.just(np.nan))


@settings(max_examples=50, deadline=None)
@given(values, st.data())
def test_every_flagged_point_and_the_extremes_are_kept(
    column: np.ndarray, data: st.DataObject
) -> None:
    flagged = data.draw(arrays(np.bool_, column.size))
    kept = keep(column, flagged, limit=30)
    assert set(np.flatnonzero(flagged)) <= set(kept.rows)
    assert {0, column.size - 1} <= set(kept.rows)
    if np.isfinite(column).any():
        assert np.nanmin(column) in column[kept.rows]
        assert np.nanmax(column) in column[kept.rows]
    assert (np.diff(kept.rows) > 0).all()


@settings(max_examples=50, deadline=None)
@given(values)
def test_a_gap_still_breaks_the_line(column: np.ndarray) -> None:
    kept = keep(column, np.zeros(column.size, np.bool_), limit=30)
    edges = np.linspace(0, column.size, 11).astype(int)
    for since, until in itertools.pairwise(edges):
        if np.isnan(column[since:until]).any() and column.size > 30:
            shown = kept.rows[(kept.rows >= since) & (kept.rows < until)]
            assert np.isnan(column[shown]).any()


def test_a_single_spike_in_a_hundred_thousand_points_is_shown_and_counted() -> None:
    column = np.zeros(100_000)
    column[51_234] = 9.0
    kept = keep(column, np.zeros(column.size, np.bool_))
    assert 51_234 in kept.rows
    assert kept.note.startswith(f"{kept.rows.size:,} of 100,000 points shown")
    assert kept.rows.size <= 1_000


def test_a_short_series_is_drawn_whole_and_says_nothing() -> None:
    kept = keep(np.arange(10.0), np.zeros(10, np.bool_))
    assert kept.rows.size == 10
    assert kept.note == ""


def test_an_interval_is_flagged_with_the_point_before_and_after_it() -> None:
    at = np.arange(10, dtype=np.int64) * 100
    assert np.flatnonzero(inside(at, [(250, 420)])).tolist() == [2, 3, 4, 5]
    assert not inside(at[:0], [(0, 1)]).any()
