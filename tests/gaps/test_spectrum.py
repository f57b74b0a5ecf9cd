import numpy as np
import pytest

from reinfra.gaps.spectrum import basis, drift_p, hour_correlation, independent_hours, sum_variance
from tests.gaps.fleets import wave


@pytest.mark.parametrize(
    ("hours", "terms"), [(24, 8), (48, 8), (72, 4), (96, 6), (168, 8), (720, 8)]
)
def test_waves_are_orthonormal_and_blind_to_the_mean(hours: int, terms: int) -> None:
    waves, frequency = basis(hours)
    assert waves.shape == (hours, terms)
    assert frequency.shape == (terms,)
    np.testing.assert_allclose(waves.T @ waves / hours, np.eye(terms), atol=1e-12)
    np.testing.assert_allclose(waves.sum(axis=0), 0, atol=1e-9)


def test_from_three_days_on_a_daily_swing_is_no_noise() -> None:
    swing = np.cos(2 * np.pi * np.arange(96) / 24)
    assert sum_variance(swing, 0.0) == pytest.approx(0, abs=1e-18)


@pytest.mark.parametrize("phi", [0.0, 0.6, 0.9])
def test_the_variance_of_a_sum_is_found_on_average(phi: float) -> None:
    rng = np.random.default_rng(3)
    runs = wave((600, 336), phi, rng)
    estimated = np.mean([float(sum_variance(run, hour_correlation(run))) for run in runs])
    assert estimated == pytest.approx(runs.sum(axis=1).var(), rel=0.2)


def test_correlation_is_clipped_and_a_constant_has_none() -> None:
    assert hour_correlation(np.ones(48)) == 0
    assert hour_correlation(np.tile([1.0, -1.0], 24)) == 0
    assert hour_correlation(np.arange(480.0)) == 0.97


def test_correlated_hours_are_worth_fewer() -> None:
    rng = np.random.default_rng(5)
    worth = [
        np.median(
            [independent_hours(run, hour_correlation(run)) for run in wave((50, 168), phi, rng)]
        )
        for phi in (0.0, 0.8)
    ]
    assert worth[0] > 3 * worth[1]


def test_drift_is_seldom_seen_where_there_is_none_and_seen_where_there_is() -> None:
    rng = np.random.default_rng(6)
    calm = wave((300, 168), 0.3, rng)
    assert np.mean([drift_p(run) < 0.01 for run in calm]) < 0.03
    shifted = calm + np.where(np.arange(168) < 84, 0.0, 1.5)
    assert np.mean([drift_p(run) < 0.01 for run in shifted]) > 0.8
    assert drift_p(np.ones(72)) == 1
