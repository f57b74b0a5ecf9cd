from dataclasses import replace

import numpy as np
import pytest

from detectors.autoregression import Autoregression
from reinfra.model import DAY, MINUTE
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


def test_the_first_hour_is_warm_up_and_the_next_is_judged_with_a_wide_scale() -> None:
    found = Autoregression().score(block_of(daily_wave(20, 4 * 1440, per_day=1440), MINUTE))
    assert np.isnan(found.values[:, :12]).all()
    assert np.isfinite(found.values[:, 60:]).all()
    first, late = found.scale[:, 60:120], found.scale[:, -1440:]
    assert np.median(first) > 1.1 * np.median(late)
    assert (found.values > 6).mean() < 0.001


def test_yesterday_helps_after_two_days_and_last_week_after_one() -> None:
    weekdays = np.random.default_rng(0).normal(10, 1, (7, 144))
    weekdays[5:] -= 6  # a quiet weekend
    values = np.tile(weekdays.reshape(-1), 5)[None]
    values = values + np.random.default_rng(1).normal(0, 0.05, values.shape)
    found = Autoregression().score(block_of(values))
    miss = np.abs(values - found.expected)[0].reshape(5, -1)
    assert np.nanmedian(miss[-1]) < 0.5 * np.nanmedian(miss[0])


def test_a_spike_does_not_come_back_a_day_later() -> None:
    values = daily_wave(1, 2000)
    values[0, 1400:1403] += 12
    found = Autoregression().score(block_of(values))
    assert found.values[0, 1400] > 10
    assert found.values[0, 1540:1550].max() < 4


def test_what_comes_every_day_surprises_less_every_day() -> None:
    values = np.random.default_rng(0).normal(10, 0.1, (1, 144 * 20))
    rush = (np.arange(values.size) % 144 >= 48) & (np.arange(values.size) % 144 < 72)
    values[0, rush] += 10
    scores = Autoregression().score(block_of(values)).values[0].reshape(-1, 144)
    assert scores[2].max() > 20
    assert scores[-1].max() < 0.25 * scores[2].max()


@pytest.mark.parametrize(("zone", "sharp"), [("Europe/Berlin", True), ("UTC", False)])
def test_yesterday_is_by_the_clocks_of_the_zone(zone: str, *, sharp: bool) -> None:
    """Clocks in Berlin went forward on 2026-03-29; people came an hour earlier by UTC from then on."""
    begin, days = 1_773_446_400_000, 22  # 2026-03-14T00:00:00Z
    at = begin + 10 * MINUTE * np.arange(days * 144)
    local = at + np.where(at < 1_774_746_000_000, 1, 2) * 60 * MINUTE
    rush = np.where(local // (6 * 60 * MINUTE) % 4 == 2, 10.0, 0.0)
    values = (10 + rush + np.random.default_rng(0).normal(0, 0.1, at.size))[None]
    block = replace(block_of(values), at=at)
    first_day = (at >= 1_774_746_000_000) & (at < 1_774_746_000_000 + DAY)
    scores = Autoregression(zone).score(block).values[0]
    assert (np.max(scores[first_day]) < 10) == sharp


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


@pytest.mark.parametrize("begins", [1, 30, 35])
def test_a_series_that_begins_anywhere_is_scored_for_good(begins: int) -> None:
    values = daily_wave(2, 1500)
    values[0, :begins] = np.nan
    scores = Autoregression().score(block_of(values)).values
    assert np.isfinite(scores[:, begins + 18 :]).all()
    assert 0.4 < np.median(scores[0, 600:]) < 0.8
