import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.ridge import Forecast
from detectors.volatility import trailing_mean, volatility


def test_an_autoregression_is_found_again_among_outliers() -> None:
    rng = np.random.default_rng(0)
    x = np.zeros(5000)
    for t in range(2, 5000):
        x[t] = 0.5 * x[t - 1] + 0.3 * x[t - 2] + rng.normal()
    x[rng.integers(0, 5000, 20)] += 30
    model = Forecast.fit(x, (1, 2), 100)
    assert model is not None
    assert model.weights == pytest.approx([0.5, 0.3], abs=0.06)
    assert model.error == pytest.approx(1.0, abs=0.05)


def test_too_few_rows_give_no_model() -> None:
    assert Forecast.fit(np.arange(50.0), (1, 2), 100) is None
    assert Forecast.fit(np.where(np.arange(300) % 2, np.nan, 1.0), (1,), 10) is None


@given(st.lists(st.floats(0, 6), max_size=300), st.sampled_from([1.5, 3.0, 36.0]))
@settings(max_examples=50, deadline=None)
def test_the_trailing_mean_is_the_recursion_it_stands_for(points: list[float], span: float) -> None:
    mean, expected = 0.8, []
    for point in points:
        expected.append(mean)
        mean += (point - mean) / span
    assert trailing_mean(np.array(points), span, 0.8) == pytest.approx(expected)


def test_one_spike_does_not_hide_the_next_one() -> None:
    errors = np.ones(3000)
    errors[2000] = 1000
    assert volatility(errors, 36, 4032).max() < 1.2


def test_volatility_stays_between_one_and_its_limit() -> None:
    errors = np.r_[np.ones(3000), np.full(500, 100.0), np.zeros(500)]
    widened = volatility(errors, 36, 4032)
    assert widened[:3001] == pytest.approx(1.0, abs=0.01)
    assert widened.max() == 4.0
    assert widened.min() == 1.0
