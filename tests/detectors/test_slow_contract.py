"""What detectors of slow and joint changes promise: the contract, on blocks that they have something to say of."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.base import Detector, Scores
from detectors.drift import Drift
from detectors.latency import Latency
from detectors.limit import TimeToLimit
from detectors.multivariate import Multivariate
from detectors.shift import Shift
from reinfra.model import HOUR, SeriesBlock, SeriesKey
from tests.detectors.blocks import START, daily_wave, until

POINTS = 800
ROWS = 6
SERVICE, HOST = {"service.name": "chat"}, {"host.name": "gpu-1"}


def named(*names: str) -> tuple[SeriesKey, ...]:
    labels = [SERVICE if name.startswith("gen_ai") else HOST for name in names]
    keys = [SeriesKey.of(name, of) for name, of in zip(names, labels, strict=True)]
    return tuple(keys + [SeriesKey.of(f"other.{n}", HOST) for n in range(ROWS - len(keys))])


DETECTORS: dict[str, tuple[Callable[[], Detector], tuple[SeriesKey, ...]]] = {
    "drift": (Drift, named()),
    "shift": (Shift, named()),
    "time-to-limit": (TimeToLimit, named("hw.gpu.memory.usage", "hw.gpu.memory.limit")),
    "latency": (Latency, named("gen_ai.server.request.duration", "gen_ai.server.request.rate")),
    "latency-load": (
        lambda: Latency(busy=True),
        named("gen_ai.server.request.duration", "gen_ai.server.request.rate"),
    ),
    "multivariate": (Multivariate, named()),
}
each = pytest.mark.parametrize("name", DETECTORS)


def wave(seed: int = 0) -> NDArray[np.float64]:
    """Hours of six weeks; single ones missing, and half a day."""
    values = daily_wave(ROWS, POINTS, seed, per_day=24)
    holes = np.random.default_rng(seed).random(POINTS) < 0.02
    holes[400:412] = True
    return np.where(holes, np.nan, values)


def block(name: str, values: NDArray[np.float64]) -> SeriesBlock:
    at = START + HOUR * np.arange(values.shape[1])
    return SeriesBlock(DETECTORS[name][1], at, values, ~np.isnan(values), HOUR)


def detect(name: str, of: SeriesBlock) -> Scores:
    return DETECTORS[name][0]().score(of)


def same(one: Scores, other: Scores) -> bool:
    parts = ("values", "expected", "scale")
    return all(np.array_equal(getattr(one, p), getattr(other, p), equal_nan=True) for p in parts)


@each
def test_it_goes_by_its_name_and_scores_every_sample_in_its_place(name: str) -> None:
    assert DETECTORS[name][0]().name == name
    scores = detect(name, block(name, wave()))
    assert scores.values.shape == (ROWS, POINTS)
    assert np.isfinite(scores.values[0, -1])
    assert np.nanmin(scores.values) >= 0


@each
def test_what_says_nothing_or_is_too_large_is_not_scored(name: str) -> None:
    values = wave(1)
    values[0, 700] = 1e200
    said_nothing = block(name, values)
    object.__setattr__(said_nothing, "mask", np.ones_like(said_nothing.mask))
    scores = detect(name, said_nothing).values
    assert np.isnan(scores[np.isnan(values)]).all()
    assert np.isnan(scores[0, 700])


@each
def test_a_value_under_a_false_mask_is_not_looked_at(name: str) -> None:
    clean = block(name, wave(2))
    values = np.where(clean.mask, clean.values, 1e9)
    garbage = SeriesBlock(clean.keys, clean.at, values, clean.mask, clean.step)
    assert same(detect(name, clean), detect(name, garbage))


@each
def test_lines_that_never_move_are_never_strange(name: str) -> None:
    levels = np.array([0.1, 5.0, 0.0, -7e9, 1e12, 3.0])
    scores = detect(name, block(name, levels[:, None] * np.ones(POINTS)))
    assert np.nan_to_num(scores.values).max() < 0.01


@each
@pytest.mark.parametrize("points", [0, 1, 30, 100])
def test_too_little_history_gives_no_score(name: str, points: int) -> None:
    assert np.isnan(detect(name, until(block(name, wave()), points)).values).all()


@each
def test_series_without_any_sample_get_no_score(name: str) -> None:
    assert np.isnan(detect(name, block(name, np.full((ROWS, POINTS), np.nan))).values).all()


@each
def test_the_same_block_gets_the_same_scores_and_stays_as_it_is(name: str) -> None:
    given_ = block(name, wave(4))
    before = given_.values.copy()
    assert same(detect(name, given_), detect(name, given_))
    assert np.array_equal(given_.values, before, equal_nan=True)


@each
def test_the_score_is_the_distance_from_the_expected_value_in_units_of_the_scale(name: str) -> None:
    given_ = block(name, wave(5))
    scores = detect(name, given_)
    expecting = np.isfinite(scores.expected) & np.isfinite(scores.values)
    distance = np.abs(given_.values - scores.expected) / scores.scale
    assert np.allclose(distance[expecting], scores.values[expecting])


@pytest.mark.parametrize("name", [n for n, (made, _) in DETECTORS.items() if made().alone])
def test_a_series_alone_gets_the_scores_it_gets_in_a_block(name: str) -> None:
    together = block(name, wave(6))
    alone = detect(name, together.select(np.array([1])))
    assert np.array_equal(alone.values[0], detect(name, together).values[1], equal_nan=True)


@pytest.mark.parametrize("name", DETECTORS)
@given(cut=st.integers(0, POINTS), seed=st.integers(0, 9))
@settings(max_examples=8, deadline=None)
def test_the_future_never_changes_a_score(name: str, cut: int, seed: int) -> None:
    values = wave(seed)
    values[:, 650:] *= 50
    whole, prefix = (
        detect(name, of) for of in (block(name, values), until(block(name, values), cut))
    )
    cut_off = Scores(whole.values[:, :cut], whole.expected[:, :cut], whole.scale[:, :cut])
    assert same(cut_off, prefix)
