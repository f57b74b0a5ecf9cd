import numpy as np
import pytest

from judge.statistics import agreement, cohen_kappa

TABLE = np.array([[22, 2, 3], [5, 31, 1], [4, 6, 26]])


def test_kappa_and_its_interval_are_those_of_statsmodels() -> None:
    """Figures of cohens_kappa(TABLE) in statsmodels 0.15."""
    rows, columns = np.repeat(np.indices((3, 3)).reshape(2, 9), TABLE.ravel(), axis=1)
    ours = cohen_kappa(rows.astype(np.float64), columns.astype(np.float64))
    assert ours.value == pytest.approx(0.6837349397590362, abs=1e-9)
    assert ours.low == pytest.approx(0.5642347976700384, abs=1e-9)
    assert ours.high == pytest.approx(0.803235081848034, abs=1e-9)
    assert ours.n == 100


def test_kappa_is_negative_for_raters_who_contradict_each_other() -> None:
    first = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    assert cohen_kappa(first, 1 - first).value < -0.9


def test_a_constant_judge_has_no_kappa_above_chance() -> None:
    """Agreement of 90 % with a base rate of 90 % is nothing."""
    human = np.array([1.0] * 90 + [0.0] * 10)
    constant = np.ones(100)
    assert agreement(constant, human).value == 0.9
    assert cohen_kappa(constant, human).value == 0


def test_one_category_leaves_kappa_undefined() -> None:
    estimate = cohen_kappa(np.ones(9), np.ones(9))
    assert np.isnan(estimate.value)
    assert "same category" in estimate.reason


def test_perfect_agreement_admits_that_it_has_no_interval() -> None:
    graded = np.tile([0.0, 1.0], 10)
    estimate = cohen_kappa(graded, graded)
    assert estimate.value == 1
    assert estimate.reason


def test_nothing_in_common_is_unknown() -> None:
    ours, theirs = np.array([1.0, np.nan]), np.array([np.nan, 1.0])
    assert cohen_kappa(ours, theirs).reason == agreement(ours, theirs).reason


def test_copies_of_items_widen_no_claim_when_clusters_are_known() -> None:
    """Every item three times is no new evidence: the jackknife sees it, the plain formula does not."""
    random = np.random.default_rng(4)
    human = (random.random(80) < 0.6).astype(np.float64)
    judge = np.where(random.random(80) < 0.85, human, 1 - human)
    once = cohen_kappa(judge, human)
    thrice, clusters = (np.tile(judge, 3), np.tile(human, 3)), np.tile(np.arange(80), 3)
    assert cohen_kappa(*thrice).width < 0.6 * once.width
    assert cohen_kappa(*thrice, clusters).width == pytest.approx(once.width, rel=0.1)
