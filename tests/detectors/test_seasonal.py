import numpy as np
import pytest

from detectors.seasonal import Decomposition, Seasonal
from reinfra.model import DAY
from tests.detectors.blocks import block_of, daily_wave


def test_the_parts_add_up_and_the_season_is_found() -> None:
    x = daily_wave(1, 8 * 48, per_day=48)[0] + 0.01 * np.arange(8 * 48)
    parts = Decomposition.of(x, 48)
    assert parts is not None
    assert parts.trend + parts.seasonal + parts.residual == pytest.approx(x)
    assert np.ptp(parts.seasonal) == pytest.approx(6, abs=1.5)
    assert parts.trend[-30] - parts.trend[30] == pytest.approx(3.24, abs=0.3)


def test_missing_points_stay_missing() -> None:
    x = daily_wave(1, 8 * 48, per_day=48)[0]
    x[[0, 70, 71, 383]] = np.nan
    parts = Decomposition.of(x, 48)
    assert parts is not None
    assert np.flatnonzero(np.isnan(parts.residual)).tolist() == [0, 70, 71, 383]


@pytest.mark.parametrize("points", [0, 1, 335])
def test_less_than_seven_periods_cannot_be_taken_apart(points: int) -> None:
    assert Decomposition.of(daily_wave(1, points)[0], 48) is None


def test_a_series_with_a_fifth_missing_is_not_taken_apart() -> None:
    x = daily_wave(1, 384)[0]
    x[50:150] = np.nan
    assert Decomposition.of(x, 48) is None


@pytest.mark.parametrize("days", [3.1, 7.0])
def test_noise_with_one_spike_is_hardly_flagged_beside_the_spike(days: float) -> None:
    noise = np.random.default_rng(0).normal(size=(1, int(days * 96)))
    noise[0, 150] += 30
    scores = Seasonal().score(block_of(noise, DAY // 96)).values[0]
    assert np.nansum(scores > 5) <= 0.03 * noise.size
    assert np.isnan(scores).all() == (days < 7)
