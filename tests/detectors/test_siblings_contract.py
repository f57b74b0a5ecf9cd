"""The contract, for detectors that compare series with each other."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import DETECTORS, Scores
from detectors.base import DetectorError, Streaming
from reinfra.model import SeriesBlock
from tests.detectors.fleets import between, fleet_of, graded, siblings
from tests.detectors.test_slow_contract import DETECTORS as SLOW

POINTS = 700


def _fleet(seed: int) -> SeriesBlock:
    values = siblings(POINTS, hosts=2, seed=seed)
    values[np.random.default_rng(seed).random(values.shape) < 0.03] = np.nan
    values[:, 400:440] = np.nan
    return fleet_of(values)


def _graded(seed: int) -> SeriesBlock:
    rng = np.random.default_rng(seed)
    trials = rng.integers(0, 60, POINTS).astype(np.float64)
    trials[400:440] = 0
    return graded(rng.binomial(trials.astype(int), 0.9).astype(np.float64), trials)


BLOCKS: dict[str, Callable[[int], SeriesBlock]] = {"peers": _fleet, "proportion": _graded}
each = pytest.mark.parametrize("name", BLOCKS)


def made(name: str) -> Streaming:
    found = DETECTORS[name]()
    assert isinstance(found, Streaming)
    return found


def same(one: Scores, other: Scores) -> bool:
    return all(
        np.array_equal(getattr(one, part), getattr(other, part), equal_nan=True)
        for part in ("values", "expected", "scale")
    )


def part_of(scores: Scores, end: int) -> Scores:
    return Scores(scores.values[:, :end], scores.expected[:, :end], scores.scale[:, :end])


def test_all_that_compare_series_are_tested_here_or_with_the_slow_ones() -> None:
    comparing = {name for name, one in DETECTORS.items() if not one().alone}
    assert comparing == set(BLOCKS) | (comparing & set(SLOW))


@each
def test_a_score_is_the_distance_from_what_is_expected_and_only_of_samples(name: str) -> None:
    block = BLOCKS[name](1)
    scores = made(name).score(block)
    scored = np.isfinite(scores.values)
    assert scored.any()
    assert np.nanmin(scores.values) >= 0
    assert not scored[np.isnan(block.values)].any()
    distance = np.abs(block.values - scores.expected) / scores.scale
    assert np.allclose(distance[scored], scores.values[scored])


@each
def test_a_value_under_a_false_mask_is_not_looked_at(name: str) -> None:
    block = BLOCKS[name](2)
    garbage = np.where(block.mask, block.values, 1e9)
    hidden = SeriesBlock(block.keys, block.at, garbage, block.mask, block.step)
    assert same(made(name).score(block), made(name).score(hidden))


@each
def test_what_is_too_large_to_reckon_with_is_not_scored(name: str) -> None:
    block = BLOCKS[name](2)
    block.values[0, 600:602] = 1e307, -1e160
    scores = made(name).score(block).values
    assert np.isnan(scores[0, 600:602]).all()
    assert np.isfinite(scores).any()


@each
@pytest.mark.parametrize("points", [0, 1, 3])
def test_too_little_history_gives_no_score(name: str, points: int) -> None:
    assert np.isnan(made(name).score(between(BLOCKS[name](3), 0, points)).values).all()


@each
@given(cut=st.integers(0, POINTS), seed=st.integers(0, 5))
@settings(max_examples=8, deadline=None)
def test_the_future_never_changes_a_score(name: str, cut: int, seed: int) -> None:
    block = BLOCKS[name](seed)
    whole = made(name).score(block)
    assert same(part_of(whole, cut), made(name).score(between(block, 0, cut)))


@each
@given(cuts=st.lists(st.integers(1, POINTS - 1), max_size=4), seed=st.integers(0, 5))
@settings(max_examples=8, deadline=None)
def test_however_it_is_cut_advancing_gives_the_scores_of_the_whole(
    name: str, cuts: list[int], seed: int
) -> None:
    block = BLOCKS[name](seed)
    states: list[bytes | None] = [None] * len(block.keys)
    found = []
    for begin, end in pairwise(sorted({0, *cuts, POINTS})):
        scores, after = made(name).advance(states, between(block, begin, end))
        found.append(scores)
        states = list(after)
        assert all(len(state) <= 128 * 1024 for state in after)
    whole = made(name).score(block)
    assert np.array_equal(np.hstack([one.values for one in found]), whole.values, equal_nan=True)
    assert np.array_equal(np.hstack([one.scale for one in found]), whole.scale, equal_nan=True)


@each
def test_what_lies_between_a_state_and_the_block_is_a_gap(name: str) -> None:
    block = BLOCKS[name](4)
    _, states = made(name).advance([None] * len(block.keys), between(block, 0, 405))
    scores, _ = made(name).advance(states, between(block, 439, POINTS))
    assert np.array_equal(scores.values, made(name).score(block).values[:, 439:], equal_nan=True)


@each
def test_a_state_of_another_kind_is_refused(name: str) -> None:
    block = BLOCKS[name](0)
    with pytest.raises(DetectorError, match="version 1"):
        made(name).advance([b"something else"] * len(block.keys), block)
