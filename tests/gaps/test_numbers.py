"""Medians of draws, logarithmic means, figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.gaps.cost import cost_gap, log_mean
from reinfra.gaps.figure import Figure, figure_of
from reinfra.gaps.prices import Price
from reinfra.gaps.resample import request_median, resample, total, weighted_median
from tests.gaps.made import rounds

positive = st.floats(1e-3, 1e3)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(positive, st.integers(0, 3)), min_size=1, max_size=20))
def test_the_weighted_median_is_the_median_of_the_repeated_values(
    pairs: list[tuple[float, int]],
) -> None:
    values = np.array([value for value, _ in pairs])
    times = np.array([[count for _, count in pairs]])
    if times.sum() == 0:
        return
    ones = np.ones(len(values), np.int64)
    expected = np.median(np.repeat(values, times[0]))
    assert weighted_median(values, ones, times)[0] == pytest.approx(expected)
    assert weighted_median(values, times[0], ones[None, :])[0] == pytest.approx(expected)


def test_every_draw_holds_as_many_rows_and_the_first_is_the_data() -> None:
    times = resample(12, 100, np.random.default_rng(1))
    assert times.shape == (101, 12)
    assert (times.sum(axis=1) == 12).all()
    assert (times[0] == 1).all()


def test_a_failed_request_took_for_ever() -> None:
    runs = rounds(rows=9, failed=4)
    ones = np.ones((1, 9), np.int64)
    answered = np.sort(runs.latency[4:])
    assert request_median(runs, runs.latency, ones)[0] == answered[4]
    failing = rounds(rows=9, failed=5)
    assert np.isinf(request_median(failing, failing.latency, ones)[0])


def test_a_sum_over_something_unknown_is_unknown() -> None:
    column = np.array([1.0, np.nan, 3.0])
    summed = total(column, np.array([[1, 1, 1], [2, 0, 1]]))
    assert np.isnan(summed[0])
    assert summed[1] == 5


@settings(deadline=None, max_examples=50)
@given(positive, positive)
def test_the_logarithmic_mean_lies_between_and_turns_ratios_into_differences(
    x: float, y: float
) -> None:
    mean = float(log_mean(np.array([x]), np.array([y]))[0])
    assert min(x, y) * (1 - 1e-9) <= mean <= max(x, y) * (1 + 1e-9)
    assert mean * np.log(x / y) == pytest.approx(x - y, rel=1e-6, abs=1e-9 * max(x, y))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(positive, positive, positive), min_size=1, max_size=8), positive, positive
)
def test_price_and_throughput_add_up_to_the_difference(
    strata: list[tuple[float, float, float]], price: float, other: float
) -> None:
    table = np.array(strata)
    weights = table[:, 2] / table[:, 2].sum()
    paid = np.vstack([table[:, 0]] * 2), np.vstack([table[:, 1]] * 2)
    gap = cost_gap((Price(price, ""), Price(other, "")), paid, weights)
    scale = max(gap.candidate.value or 0, gap.baseline.value or 0)
    assert abs(gap.residual or 0) <= 1e-9 * scale


def test_a_figure_without_interval_must_say_why() -> None:
    with pytest.raises(ValueError, match="needs an interval or the reason"):
        Figure(1.0)
    with pytest.raises(ValueError, match="two ends"):
        Figure(1.0, low=0.5)
    with pytest.raises(ValueError, match="needs a value"):
        Figure(None, 0.0, 1.0)


@pytest.mark.parametrize(
    ("draws", "said"),
    [
        ([np.inf, 1.0, 2.0], "no finite value here"),
        ([1.0, np.inf, 2.0], "in 50% of the resamples"),
        ([1.0, 1.0, 1.0], "same in every resample"),
    ],
)
def test_draws_that_carry_no_interval_give_a_reason(draws: list[float], said: str) -> None:
    figure = figure_of(np.array(draws))
    assert figure.low is None
    assert said in figure.reason


def test_the_sign_is_zero_while_the_interval_holds_zero() -> None:
    assert [Figure(0.1, low, high).sign for low, high in ((-1, 1), (0.05, 1), (-1, -0.1))] == [
        0,
        1,
        -1,
    ]
