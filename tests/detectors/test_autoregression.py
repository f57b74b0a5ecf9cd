import numpy as np

from detectors.autoregression import Autoregression
from reinfra.model import MINUTE
from tests.detectors.blocks import block_of, daily_wave


def test_errors_are_in_units_of_their_usual_size() -> None:
    scores = Autoregression().score(block_of(daily_wave(1, 4000))).values[0]
    assert 0.5 < np.nanmedian(scores) < 0.8  # the median of |x| for a standard normal x is 0.67


def test_a_day_of_history_sharpens_what_is_expected() -> None:
    values = np.tile(np.random.default_rng(0).normal(10, 1, 144), 9)[None]
    values = values + np.random.default_rng(1).normal(0, 0.05, values.shape)
    scores = Autoregression().score(block_of(values))
    miss = np.abs(values - scores.expected)[0]
    assert np.nanmedian(miss[1000:]) < 0.3 * np.nanmedian(miss[201:300])


def test_a_spike_right_after_a_gap_is_scored_from_the_second_sample_on() -> None:
    values = daily_wave(1, 1500)
    values[0, 1000:1003] = np.nan
    values[0, 1004] += 8
    scores = Autoregression().score(block_of(values)).values[0]
    assert np.isnan(scores[1000:1004]).all()
    assert scores[1004] > 10


def test_the_first_samples_are_warm_up() -> None:
    scores = Autoregression(warm_up=300).score(block_of(daily_wave(1, 600))).values[0]
    assert np.isnan(scores[:300]).all()
    assert np.isfinite(scores[301:]).all()


def test_an_incident_in_the_past_does_not_blind_the_detector() -> None:
    values = daily_wave(1, 3000)
    values[0, 1000:1020] += 50
    values[0, 2500] += 4
    assert Autoregression().score(block_of(values)).values[0, 2500] > 8


def test_infinity_is_not_scored_and_spoils_nothing() -> None:
    values = daily_wave(1, 900)
    values[0, 500] = np.inf
    scores = Autoregression().score(block_of(values, MINUTE)).values[0]
    assert np.isnan(scores[500])
    assert np.nanmax(scores) < 10


def test_a_line_that_moves_for_the_first_time_is_strange_but_not_infinitely() -> None:
    values = np.zeros((1, 800))
    values[0, 600] = 0.5
    assert Autoregression().score(block_of(values)).values[0, 600] == 1000


def test_a_restless_stretch_widens_the_scale() -> None:
    values = daily_wave(1, 3000)
    values[0, 2000:2300] += np.random.default_rng(3).normal(0, 1.5, 300)
    scale = Autoregression().score(block_of(values)).scale[0]
    assert scale[2250] > 2 * scale[1990]
