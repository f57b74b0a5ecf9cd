import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.shift import Shift
from detectors.shift_segments import Segment, segments
from reinfra.model import MINUTE
from tests.detectors.blocks import block_of

A_DAY, LIMIT = 144, 3.5


def noise(series: int, days: int, span: float, seed: int = 0) -> NDArray[np.float64]:
    """Of deviation 1, autocorrelated over `span` points."""
    alike = np.exp(-1 / span)
    x = np.random.default_rng(seed).normal(size=(series, days * A_DAY))
    x[:, 1:] *= np.sqrt(1 - alike**2)
    for point in range(1, x.shape[1]):
        x[:, point] += alike * x[:, point - 1]
    return x


def season(days: int) -> NDArray[np.float64]:
    """A daily wave, at half its height on two days of seven."""
    point = np.arange(days * A_DAY)
    weekend = np.where(point // A_DAY % 7 >= 5, 0.5, 1.0)
    wave: NDArray[np.float64] = weekend * (4 + 3 * np.sin(2 * np.pi * point / A_DAY))
    return wave


@pytest.mark.parametrize("span", [1, 36, 144])
@pytest.mark.parametrize("height", [0.0, 1.0])
def test_series_without_a_shift_seldom_come_above_the_limit(span: float, height: float) -> None:
    x = noise(20, 28, span) + height * season(28)
    above = np.nan_to_num(Shift().score(block_of(x, 10 * MINUTE)).values) > LIMIT
    episodes = (above[:, 1:] & ~above[:, :-1]).sum()
    assert episodes / 20 / 3 <= 0.1


def test_a_shift_is_seen_within_six_hours_and_said() -> None:
    x = noise(4, 20, 6) + season(20)
    x[:, 15 * A_DAY :] += 12
    block = block_of(x, 10 * MINUTE)
    found = Shift().score(block)
    above = found.values > LIMIT
    assert not above[:, : 15 * A_DAY].any()
    assert above[:, 15 * A_DAY + 36].all()
    later = 15 * A_DAY + 40
    assert np.all(found.expected[:, later] < block.values[:, later])
    assert "higher for 4 h" in Shift().explain(block, 0, later)


def test_one_wild_hour_is_no_shift() -> None:
    x = noise(4, 20, 1)
    x[:, 15 * A_DAY : 15 * A_DAY + 6] += 50
    assert np.nanmax(Shift().score(block_of(x, 10 * MINUTE)).values) < LIMIT


def test_a_series_is_cut_where_its_level_changes() -> None:
    x = np.random.default_rng(0).normal(0, 1, 120)
    x[50:] += 6
    x[90:] -= 20
    x[60] = np.nan
    found = segments(x)
    assert [one.since for one in found] == [0, 50, 90]
    assert [round(one.level) for one in found] == [0, 6, -14]
    assert found[-1].until == 120


@pytest.mark.parametrize("x", [np.empty(0), np.full(20, np.nan)])
def test_nothing_has_no_segments(x: NDArray[np.float64]) -> None:
    assert segments(x) == []


def test_few_values_or_a_line_are_one_segment() -> None:
    assert segments(np.array([1.0, 9.0, 1.0])) == [Segment(0, 3, 1.0)]
    assert segments(np.full(50, 7.0)) == [Segment(0, 50, 7.0)]


def test_noise_that_resembles_itself_is_seldom_cut() -> None:
    cuts = [len(segments(one)) - 1 for one in noise(30, 2, 1.5)]
    assert np.mean(cuts) < 0.4
