import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.drift_slope import trend
from detectors.limit import Forecast, NoForecast, TimeToLimit
from detectors.limit_crossing import crossing
from reinfra.model import HOUR, SeriesBlock, SeriesKey
from tests.detectors.blocks import START
from tests.detectors.test_drift import autoregressive

GB = 1e9
GPU = {"host.name": "a", "hw.id": "0"}
HOURS = 21 * 24


def memory(used: NDArray[np.float64], limit: float, labels: dict[str, str] = GPU) -> SeriesBlock:
    """GPU memory in use and installed, in GB."""
    keys = (
        SeriesKey.of("hw.gpu.memory.usage", GPU, unit="By"),
        SeriesKey.of("hw.gpu.memory.limit", labels, unit="By"),
    )
    values = GB * np.stack([used, np.full(used.size, limit)])
    at = START + HOUR * np.arange(used.size)
    return SeriesBlock(keys, at, values, np.ones_like(values, bool), HOUR)


def growing(a_day: float) -> NDArray[np.float64]:
    hours = np.arange(HOURS)
    wave = np.sin(2 * np.pi * hours / 24) + np.random.default_rng(3).normal(0, 1, HOURS)
    used: NDArray[np.float64] = 30 + wave + a_day * hours / 24
    return used


def test_memory_that_grows_says_when_it_is_full() -> None:
    block = memory(growing(1.5), 66.0)
    found = TimeToLimit().forecast(block, 0, HOURS - 1)
    assert isinstance(found, Forecast)
    assert 0 < found.earliest < found.days < found.latest < 8
    assert found.days == pytest.approx((66 - 30) / 1.5 - 19.5, abs=1)
    assert TimeToLimit().score(block).values[0, -1] > 1
    said = TimeToLimit().explain(block, 0, HOURS - 1)
    assert "reaches its limit of 66 GB in" in said
    assert said.endswith(" days")


def test_what_is_far_from_its_limit_grows_without_an_alarm() -> None:
    score = TimeToLimit().score(memory(growing(1.5), 400.0)).values[0, -1]
    assert 0 < score < 1


@pytest.mark.parametrize(
    ("a_day", "why"), [(0.0, "no trend"), (-1.0, "moves away")], ids=["level", "falling"]
)
def test_without_a_trend_to_the_limit_there_is_a_reason_and_no_forecast(
    a_day: float, why: str
) -> None:
    block = memory(growing(a_day), 66.0)
    found = TimeToLimit().forecast(block, 0, HOURS - 1)
    assert isinstance(found, NoForecast)
    assert why in found.reason
    assert TimeToLimit().score(block).values[0, -1] == 0


def test_little_history_is_said() -> None:
    found = TimeToLimit().forecast(memory(growing(1), 66), 0, 5 * 24)
    assert found == NoForecast("fewer than 14 whole days are known")


def test_the_limit_of_another_device_is_not_ones_own() -> None:
    block = memory(growing(1.5), 66.0, {**GPU, "hw.id": "1"})
    assert np.isnan(TimeToLimit().score(block).values).all()
    assert TimeToLimit().forecast(block, 0, HOURS - 1) == NoForecast("its limit is not known")


def test_a_share_is_full_at_one() -> None:
    values = growing(1.5)[None] / 66
    key = SeriesKey.of("system.filesystem.utilization", {"host.name": "a"})
    at = START + HOUR * np.arange(HOURS)
    block = SeriesBlock((key,), at, values, np.ones_like(values, bool), HOUR)
    assert TimeToLimit().score(block).values[0, -1] > 1


@pytest.mark.parametrize("alike", [0.0, 0.5])
def test_nine_of_ten_intervals_hold_the_day(alike: float) -> None:
    days = autoregressive(400, 21, alike) + np.arange(21)
    found = crossing(trend(days, 14), np.full(400, 100.0 + 20 + 5), 5.0)
    held = (found.earliest <= 5) & (found.latest >= 5)
    assert held[found.growing].mean() >= 0.88
    assert found.growing.mean() > 0.9
