import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.drift import Drift
from detectors.drift_slope import trend
from reinfra.model import HOUR, SeriesBlock, SeriesKey
from tests.detectors.blocks import START, block_of


def autoregressive(series: int, days: int, alike: float, seed: int = 0) -> NDArray[np.float64]:
    """Days of standard deviation 1 around 100."""
    noise = np.random.default_rng(seed).normal(size=(series, days))
    noise[:, 1:] *= np.sqrt(1 - alike**2)
    for day in range(1, days):
        noise[:, day] += alike * noise[:, day - 1]
    return 100 + noise


@pytest.mark.parametrize("alike", [0.0, 0.3, 0.5])
def test_few_series_without_a_trend_ever_come_above_the_limit(alike: float) -> None:
    days = autoregressive(200, 56, alike)
    above = np.zeros(200, bool)
    for last in range(14, 57):
        found = trend(days[:, max(0, last - 28) : last], 14)
        above |= np.abs(found.slope / found.slope_error) > (Drift().limit or 0)
    assert above.mean() <= 0.03


def test_a_leak_of_one_deviation_a_day_is_found_after_two_weeks() -> None:
    days = autoregressive(100, 14, 0.3) + np.arange(14)
    found = trend(days, 14)
    assert (found.slope / found.slope_error > (Drift().limit or 0)).mean() > 0.95
    assert np.median(found.slope) == pytest.approx(1, abs=0.1)


def test_a_wild_day_does_not_bend_the_line() -> None:
    days = 100.0 + 0.5 * np.arange(20)[None] + np.random.default_rng(1).normal(0, 0.1, (1, 20))
    days[0, 7] = 5000
    assert trend(days, 14).slope[0] == pytest.approx(0.5, abs=0.05)


def hourly(rise: float, weeks: int = 4) -> SeriesBlock:
    hours = np.arange(weeks * 7 * 24)
    daily = 3 * np.sin(2 * np.pi * hours / 24) + np.random.default_rng(2).normal(0, 1, hours.size)
    key = SeriesKey.of("hw.gpu.memory.usage", {}, unit="By")
    values = (1e9 * (20 + daily + rise * hours / 24))[None]
    return SeriesBlock((key,), START + HOUR * hours, values, np.ones_like(values, bool), HOUR)


def test_a_leak_beneath_a_daily_wave_is_told_with_its_rate() -> None:
    block = hourly(0.5)
    scores = Drift().score(block)
    assert np.isnan(scores.values[0, : 14 * 24]).all()
    assert scores.values[0, -1] > (Drift().limit or 0)
    assert scores.expected[0, -1] < block.values[0, -1]
    said = Drift().explain(block, 0, block.at.size - 1)
    assert "rises by" in said
    assert "over the last 27 days" in said


def test_what_falls_lies_below_what_was_expected() -> None:
    block = hourly(-0.5)
    assert Drift().score(block).expected[0, -1] > block.values[0, -1]


def test_days_with_too_many_holes_or_a_silent_yesterday_give_no_score() -> None:
    block = block_of(hourly(1).values, HOUR)
    values = block.values.copy()
    values[0, -72:-24] = np.nan
    late = block_of(values, HOUR)
    assert np.isnan(Drift().score(late).values[0, -24])
