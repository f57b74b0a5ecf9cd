import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import ridge
from detectors.autoregression.layout import layout
from detectors.volatility import Restlessness
from reinfra.model import MINUTE


def test_an_autoregression_is_found_again_among_outliers() -> None:
    rng = np.random.default_rng(0)
    x = np.zeros(5000)
    for t in range(2, 5000):
        x[t] = 0.5 * x[t - 1] + 0.3 * x[t - 2] + rng.normal()
    x[rng.integers(0, 5000, 4)] += 30
    rows = np.stack([x[1:-1], x[:-2], np.ones(4998), x[2:]])[None]
    weights, errors = ridge.first(rows, np.zeros((1, 4, 4)), 3)
    assert weights[0, :2] == pytest.approx([0.5, 0.3], abs=0.1)
    assert ridge.MAD_TO_SIGMA * errors.median[0] == pytest.approx(1.0, abs=0.05)
    assert ridge.products(rows)[0, 2, 2] == pytest.approx(4998, rel=0.01)


def test_a_point_with_a_nan_teaches_nothing() -> None:
    rows = np.ones((2, 3, 10))
    rows[1, 0, 4] = np.nan
    errors = ridge.temper(rows, np.ones((2, 2)))
    assert errors.count.tolist() == [10, 9]
    assert ridge.products(rows)[1, 1, 1] == 9


def restless(
    errors: list[float] | np.ndarray[tuple[int], np.dtype[np.float64]], rest: Restlessness
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The factor of each error of one series, segment by segment."""
    near = np.zeros(1, layout(MINUTE).near)
    rest.begin(near)
    found = []
    for begin in range(0, len(errors), rest.columns):
        part = np.array(errors[begin : begin + rest.columns])[None]
        found.append(rest.factors(near, 0, part)[0])
        rest.turn(near, np.ones(1, np.bool_))
    return np.concatenate(found) if found else np.empty(0)


@given(st.lists(st.floats(0, 6), max_size=300))
@settings(max_examples=50, deadline=None)
def test_the_factor_is_the_ratio_of_the_two_recursions_it_stands_for(errors: list[float]) -> None:
    rest = Restlessness(5.0, 100.0, 20)
    lately, usually, expected = 0.8, None, []
    for place, error in enumerate(errors):
        if place == 20:
            usually = lately
        expected.append(1.0 if usually is None else float(np.clip(lately / usually, 1, 4)))
        lately += (error - lately) / 5
        if usually is not None:
            usually += (error - usually) / 100
    assert restless(errors, rest) == pytest.approx(expected)


def test_one_spike_does_not_hide_the_next_one() -> None:
    errors = np.ones(3000)
    errors[2000] = 1000
    assert restless(errors, Restlessness(36, 4032, 72)).max() < 1.2


def test_restlessness_stays_between_one_and_its_limit() -> None:
    errors = np.r_[np.ones(3000), np.full(500, 100.0), np.zeros(500)]
    widened = restless(errors, Restlessness(36, 4032, 72))
    assert widened[:3001] == pytest.approx(1.0, abs=0.01)
    assert widened.max() == 4.0
    assert widened.min() == 1.0
