from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from judge.statistics import cluster_mean, mean_interval, student_mean, wilson


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 2000), st.data())
def test_wilson_is_the_published_score_interval(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    estimate = wilson(successes, trials)
    expected = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_all_successes_leave_room_for_a_failure() -> None:
    assert wilson(20, 20).low == pytest.approx(0.8389, abs=1e-4)


def test_nothing_counted_is_unknown_and_not_zero() -> None:
    estimate = wilson(0, 0)
    assert isnan(estimate.value)
    assert estimate.reason


def test_graded_scores_get_students_interval() -> None:
    scores = np.array([0.0, 0.25, 0.5, 0.5, 0.75])
    expected = stats.ttest_1samp(scores, 0).confidence_interval(0.95)
    estimate = student_mean(scores)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("scores", [[], [np.nan], [0.5], [0.5, 0.5, 0.5]])
def test_scores_without_spread_have_no_interval(scores: list[float]) -> None:
    assert student_mean(np.array(scores, np.float64)).reason


def test_unknown_scores_are_left_out_and_never_counted_as_zero() -> None:
    known = mean_interval(np.array([1.0, 0.0, 1.0]))
    assert mean_interval(np.array([1.0, np.nan, 0.0, 1.0])) == known
    assert known.value == pytest.approx(2 / 3)


def test_items_of_their_own_need_no_clusters() -> None:
    scores = np.array([1.0, 0.0, 1.0])
    assert mean_interval(scores, np.arange(3)) == wilson(2, 3)


def test_too_few_clusters_give_a_mean_and_a_reason() -> None:
    estimate = cluster_mean(np.tile([0.0, 1.0], 30), np.arange(60) % 5)
    assert estimate.value == 0.5
    assert "5 clusters" in estimate.reason


def test_equal_clusters_are_taken_for_one_item_each() -> None:
    estimate = cluster_mean(np.ones(300), np.arange(300) // 10)
    assert (estimate.low, estimate.high) == (wilson(30, 30).low, 1)


def test_the_cluster_interval_covers_where_the_plain_one_does_not() -> None:
    """Nine answers per question whose chance of being right differs by question."""
    random, truth = np.random.default_rng(9), 0.7
    clusters, hits = np.repeat(np.arange(60), 9), {"plain": 0, "clustered": 0}
    for _ in range(400):
        chance = random.beta(0.7, 0.3, 60)[clusters]
        scores = (random.random(540) < chance).astype(np.float64)
        plain, clustered = mean_interval(scores), mean_interval(scores, clusters)
        hits["plain"] += plain.low <= truth <= plain.high
        hits["clustered"] += clustered.low <= truth <= clustered.high
    assert hits["clustered"] >= 0.92 * 400
    assert hits["plain"] < 0.75 * 400
