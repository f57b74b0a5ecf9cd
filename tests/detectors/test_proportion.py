import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from detectors.beta_binomial import interval
from detectors.proportion import Proportion
from reinfra.model import SeriesBlock
from tests.detectors.fleets import graded

HOURS = 700


def answers(
    share: float, later: float, trials: int, seed: int = 0, spread: float = 0.0
) -> SeriesBlock:
    """An hour's grades per cell; from cell 500 on the share is `later`."""
    rng = np.random.default_rng(seed)
    shares = np.where(np.arange(HOURS) < 500, share, later)
    if spread:
        shares = rng.beta(shares / spread, (1 - shares) / spread)
    passed = rng.binomial(trials, shares)
    return graded(passed.astype(np.float64), np.full(HOURS, float(trials)))


def flagged(block: SeriesBlock) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(Proportion().score(block).values[0] > 1)


@pytest.mark.parametrize(
    ("trials", "later", "within"), [(50, 0.7, 3), (50, 0.82, 40), (5, 0.7, 60)]
)
def test_a_decline_is_found_the_sooner_the_steeper(trials: int, later: float, within: int) -> None:
    hits = [flagged(answers(0.9, later, trials, seed))[500 : 500 + within] for seed in range(5)]
    assert all(hit.any() for hit in hits)


@pytest.mark.parametrize("spread", [0.0, 0.01])
def test_chance_is_flagged_no_oftener_than_asked_for(spread: float) -> None:
    weeks = 8 * HOURS / 168
    alarms = sum(flagged(answers(0.9, 0.9, 40, seed, spread)).sum() for seed in range(8))
    assert alarms <= 0.25 * weeks


def test_under_the_least_sample_there_is_no_score() -> None:
    scores = Proportion(least=30).score(answers(0.9, 0.9, 4)).values[0]
    assert np.isfinite(scores[100:]).sum() == pytest.approx(600 / 8, abs=1)


def test_few_answers_wait_until_there_are_enough() -> None:
    block = answers(0.95, 0.95, 10)
    block.values[0, 600:603] = 3
    assert flagged(block)[600:603].tolist() == [False, False, True] or flagged(block)[600:605].any()


def test_the_band_is_of_the_trials_of_the_cell() -> None:
    block = answers(0.9, 0.9, 100)
    scores = Proportion().score(block)
    assert scores.expected[0, 400] == pytest.approx(90, abs=1)
    assert 8 < scores.scale[0, 400] < 18
    assert np.isnan(scores.values[1]).all()  # the trials themselves are never strange


def test_more_passes_than_trials_are_not_believed() -> None:
    block = answers(0.9, 0.9, 50)
    block.values[0, 600] = 51
    assert np.isnan(Proportion().score(block).values[0, 600])


def test_without_its_trials_a_series_is_not_scored() -> None:
    block = answers(0.9, 0.9, 50).select(np.array([0]))
    assert np.isnan(Proportion().score(block).values).all()


@given(st.integers(1, 300), st.floats(0.5, 500), st.floats(0.5, 500), st.sampled_from([1e-4, 0.01]))
@settings(max_examples=50, deadline=None)
def test_the_interval_is_the_exact_one(
    trials: int, passed: float, failed: float, chance: float
) -> None:
    low, high = interval(trials, passed, failed, chance)
    exact = betabinom(trials, passed, failed)
    assert exact.cdf(low - 1) <= chance + 1e-12
    assert exact.cdf(low) > chance - 1e-12
    assert exact.sf(high) <= chance + 1e-12
    assert exact.sf(high - 1) > chance - 1e-12


def test_many_trials_are_reckoned_by_the_beta_of_the_same_spread() -> None:
    low, high = interval(20_000, 900, 100, 1e-3)
    ends = [float(betabinom.ppf(share, 20_000, 900, 100)) for share in (1e-3, 1 - 1e-3)]
    assert [low, high] == pytest.approx(ends, rel=2e-3)
