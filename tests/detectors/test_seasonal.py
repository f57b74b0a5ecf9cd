import numpy as np
import pytest

from detectors.seasonal import Decomposition
from tests.detectors.blocks import daily_wave


def test_the_parts_add_up_and_the_season_is_found() -> None:
    x = daily_wave(1, 5 * 48, per_day=48)[0] + 0.01 * np.arange(5 * 48)
    parts = Decomposition.of(x, 48)
    assert parts is not None
    assert parts.trend + parts.seasonal + parts.residual == pytest.approx(x)
    assert np.ptp(parts.seasonal) == pytest.approx(6, abs=1.5)
    assert parts.trend[-30] - parts.trend[30] == pytest.approx(1.8, abs=0.3)


def test_missing_points_stay_missing() -> None:
    x = daily_wave(1, 5 * 48, per_day=48)[0]
    x[[0, 70, 71, 239]] = np.nan
    parts = Decomposition.of(x, 48)
    assert parts is not None
    assert np.flatnonzero(np.isnan(parts.residual)).tolist() == [0, 70, 71, 239]


@pytest.mark.parametrize("points", [0, 1, 143])
def test_less_than_three_periods_cannot_be_taken_apart(points: int) -> None:
    assert Decomposition.of(daily_wave(1, points)[0], 48) is None


def test_a_series_with_a_fifth_missing_is_not_taken_apart() -> None:
    x = daily_wave(1, 240)[0]
    x[50:110] = np.nan
    assert Decomposition.of(x, 48) is None
