"""What every registered detector promises."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors import DETECTORS, Detector, Scores
from detectors.base import DetectorError, Layered, Streaming
from reinfra.model import MINUTE, SeriesBlock
from tests.detectors.blocks import block_of, daily_wave, until

POINTS = 1100
SLOW = ("drift", "shift")
"""They need weeks, and a spike is nothing to them: held to it in test_slow_contract.py."""
alone = [name for name, made in DETECTORS.items() if made().alone and name not in SLOW]
"""Those that compare siblings are held to it in test_siblings_contract.py."""
each_detector = pytest.mark.parametrize("name", alone)
causal_ones = [name for name in alone if DETECTORS[name]().causal]
streaming_ones = [name for name in alone if isinstance(DETECTORS[name](), Streaming)]
layered_ones = [name for name in streaming_ones if isinstance(DETECTORS[name](), Layered)]
LARGEST_STATE = 128 * 1024


def same(one: Scores, other: Scores) -> bool:
    return all(
        np.array_equal(getattr(one, part), getattr(other, part), equal_nan=True)
        for part in ("values", "expected", "scale")
    )


def with_gaps(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Single samples missing here and there, and one long gap."""
    holes = np.random.default_rng(seed).random(values.shape) < 0.02
    holes[:, 400:440] = True
    return np.where(holes, np.nan, values)


def detect(name: str, block: SeriesBlock) -> Scores:
    detector: Detector = DETECTORS[name]()
    return detector.score(block)


@each_detector
def test_it_goes_by_the_name_it_is_registered_under(name: str) -> None:
    assert DETECTORS[name]().name == name


@each_detector
def test_every_sample_has_its_place_and_no_score_is_negative(name: str) -> None:
    block = block_of(with_gaps(daily_wave(2, POINTS), 1))
    scores = detect(name, block)
    assert scores.values.shape == scores.expected.shape == scores.scale.shape == (2, POINTS)
    assert np.isfinite(scores.values).any(axis=1).all()
    assert np.nanmin(scores.values) >= 0


@each_detector
def test_what_was_not_sampled_or_is_nan_is_not_scored(name: str) -> None:
    values = with_gaps(daily_wave(1, POINTS), 2)
    block = block_of(values)
    said_nothing = SeriesBlock(block.keys, block.at, values, np.ones_like(block.mask), block.step)
    for each in (block, said_nothing):
        assert np.isnan(detect(name, each).values[np.isnan(values)]).all()


@each_detector
def test_a_value_under_a_false_mask_is_not_looked_at(name: str) -> None:
    block = block_of(with_gaps(daily_wave(1, POINTS), 3))
    garbage = SeriesBlock(
        block.keys,
        block.at,
        np.where(block.mask, block.values, 1e9),
        block.mask,
        block.step,
    )
    assert same(detect(name, block), detect(name, garbage))


@each_detector
@pytest.mark.parametrize("largest", [1e160, 1e307, -1.7e308])
def test_what_is_too_large_to_reckon_with_is_not_scored(name: str, largest: float) -> None:
    values = daily_wave(2, POINTS)
    values[0, 500:502] = largest, -largest
    values[1] *= largest / 100
    scores = detect(name, block_of(values)).values
    assert np.isnan(scores[0, 500:502]).all()
    assert np.isfinite(scores[0]).any()
    assert np.isnan(scores[1]).all()


@each_detector
def test_a_line_that_never_moves_is_never_strange(name: str) -> None:
    values = np.array([[0.0], [0.1], [-7e9]]) * np.ones(POINTS)
    assert np.nan_to_num(detect(name, block_of(values)).values).max() < 0.01


@each_detector
@pytest.mark.parametrize("points", [0, 1, 7, 12])
def test_too_little_history_gives_no_score(name: str, points: int) -> None:
    assert np.isnan(detect(name, block_of(daily_wave(2, points))).values).all()


@each_detector
def test_a_series_without_any_sample_gives_no_score(name: str) -> None:
    assert np.isnan(detect(name, block_of(np.full((2, POINTS), np.nan))).values).all()


@each_detector
def test_a_planted_spike_scores_highest(name: str) -> None:
    values = daily_wave(1, POINTS)
    values[0, 600] += 8
    scores = detect(name, block_of(values)).values[0]
    reach = 32 if name.startswith(("pyod:", "windows")) else 0  # spread over their length
    assert abs(int(np.nanargmax(scores)) - 600) <= reach


@each_detector
def test_the_same_block_gets_the_same_scores_again(name: str) -> None:
    block = block_of(with_gaps(daily_wave(2, POINTS), 4))
    before = block.values.copy()
    assert same(detect(name, block), detect(name, block))
    assert np.array_equal(block.values, before, equal_nan=True)


@each_detector
def test_a_series_alone_gets_the_scores_it_gets_in_a_block(name: str) -> None:
    block = block_of(with_gaps(daily_wave(3, POINTS), 5))
    alone = detect(name, block.select(np.array([1])))
    together = detect(name, block)
    assert np.array_equal(alone.values[0], together.values[1], equal_nan=True)


@each_detector
def test_the_score_is_the_distance_from_the_expected_value_in_units_of_the_scale(name: str) -> None:
    block = block_of(with_gaps(daily_wave(2, POINTS), 6))
    scores = detect(name, block)
    expecting = np.isfinite(scores.scale) & np.isfinite(scores.values)
    distance = np.abs(block.values - scores.expected) / scores.scale
    assert np.allclose(distance[expecting], scores.values[expecting])


@pytest.mark.parametrize("name", causal_ones)
@given(cut=st.integers(0, POINTS), seed=st.integers(0, 9), step=st.sampled_from([10, 240]))
@settings(max_examples=8, deadline=None)
def test_the_future_never_changes_a_score(name: str, cut: int, seed: int, step: int) -> None:
    values = with_gaps(daily_wave(2, POINTS, seed), seed)
    values[:, 650:] *= 50
    block = block_of(values, step * MINUTE)
    whole = detect(name, block)
    prefix = detect(name, until(block, cut))
    assert same(
        Scores(whole.values[:, :cut], whole.expected[:, :cut], whole.scale[:, :cut]), prefix
    )


def streaming(name: str) -> Streaming:
    found = DETECTORS[name]()
    assert isinstance(found, Streaming)
    return found


def parts(block: SeriesBlock, cuts: list[int]) -> list[SeriesBlock]:
    """The block in stretches of time that end at the cuts and at its end."""
    edges = sorted({0, *cuts, block.at.size})
    return [
        SeriesBlock(block.keys, block.at[i:j], block.values[:, i:j], block.mask[:, i:j], block.step)
        for i, j in pairwise(edges)
    ]


@pytest.mark.parametrize("name", streaming_ones)
@given(
    cuts=st.lists(st.integers(1, POINTS - 1), max_size=4),
    seed=st.integers(0, 9),
    step=st.sampled_from([1, 10, 240]),
)
@settings(max_examples=8, deadline=None)
def test_however_it_is_cut_advancing_gives_the_scores_of_the_whole(
    name: str, cuts: list[int], seed: int, step: int
) -> None:
    values = with_gaps(daily_wave(2, POINTS, seed), seed)
    values[:, 650:655] += 50
    block = block_of(values, step * MINUTE)
    whole, found = detect(name, block), Scores.unscored((2, 0))
    states: list[bytes | None] = [None, None]
    for part in parts(block, cuts):
        scores, after = streaming(name).advance(states, part)
        found = Scores(
            *(
                np.hstack([getattr(found, of), getattr(scores, of)])
                for of in ("values", "expected", "scale")
            )
        )
        states = list(after)
        assert all(len(state) <= LARGEST_STATE for state in after)
    assert same(whole, found)


@pytest.mark.parametrize("name", streaming_ones)
def test_what_lies_between_a_state_and_the_block_is_a_gap(name: str) -> None:
    values = daily_wave(2, POINTS)
    values[:, 500:900] = np.nan
    block = block_of(values)
    before, _, after = parts(block, [500, 900])
    _, states = streaming(name).advance([None, None], before)
    scores, _ = streaming(name).advance(states, after)
    assert np.array_equal(scores.values, detect(name, block).values[:, 900:], equal_nan=True)


@pytest.mark.parametrize("name", streaming_ones)
def test_a_state_of_another_kind_is_refused(name: str) -> None:
    with pytest.raises(DetectorError):
        streaming(name).advance([b"\x07 something else"], block_of(daily_wave(1, 20)))


@pytest.mark.parametrize("name", layered_ones)
def test_the_long_part_of_a_state_is_needed_only_where_it_is_said_to_be(name: str) -> None:
    made = streaming(name)
    assert isinstance(made, Layered)
    block = block_of(with_gaps(daily_wave(2, POINTS), 7))
    near: list[bytes | None] = [None, None]
    deep = [b"", b""]
    ends, opened = int(block.at[0]), 0
    found = []
    for part in parts(block, list(range(300, POINTS, 7))):
        until = int(part.at[-1]) + block.step
        opens = near[0] is None or made.opens(ends, until, block.step)
        given_ = [one + two if one and opens else one for one, two in zip(near, deep, strict=True)]
        scores, after = made.advance(given_, part)
        halves = [made.split(state) for state in after]
        near = [one for one, _ in halves]
        deep = [two for _, two in halves] if opens else deep
        found.append(scores.values)
        ends, opened = until, opened + opens
    assert np.array_equal(np.hstack(found), detect(name, block).values, equal_nan=True)
    assert opened < len(found) / 3
