from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.base import DetectorError, Floats, Scores, StreamingThresholds
from detectors.calibration import Strength
from detectors.calibration.state import forget
from detectors.threshold import FalseAlarmRate, confidence
from reinfra.model import DAY, HOUR, MINUTE, SeriesBlock
from tests.detectors.blocks import block_of

STEP = 10 * MINUTE
PER_DAY = DAY // STEP
RATE = FalseAlarmRate()


def scored(block: SeriesBlock) -> Scores:
    none = np.full_like(block.values, np.nan)
    return Scores(block.values, none, none)


def noise(series: int, points: int, seed: int = 0) -> SeriesBlock:
    rng = np.random.default_rng(seed)
    values = np.abs(rng.normal(size=(series, points))) * rng.exponential(size=(series, 1))
    values[rng.random(values.shape) < 0.01] = np.nan
    values[0, : points // 2] = np.nan
    return block_of(values, STEP)


def part(block: SeriesBlock, begin: int, end: int) -> SeriesBlock:
    cut = slice(begin, end)
    return SeriesBlock(
        block.keys, block.at[cut], block.values[:, cut], block.mask[:, cut], block.step
    )


def through(block: SeriesBlock, cuts: list[int], *, layered: bool) -> tuple[Floats, list[bytes]]:
    """Thresholds by one stretch after the other; with `layered` the long parts stay behind where they may."""
    states: list[bytes | None] = [None] * len(block.keys)
    found, long = [], [b""] * len(block.keys)
    edges = [0, *cuts, block.at.size]
    for begin, end in pairwise(edges):
        piece = part(block, begin, end)
        at = int(block.at[0]) + begin * STEP
        shorten = layered and begin > 0 and end > begin
        if shorten and not RATE.opens(at, at + (end - begin) * STEP, STEP):
            long = [RATE.split(one)[1] for one in states if one is not None]
            short = [RATE.split(one)[0] for one in states if one is not None]
            thresholds, after = RATE.advance(short, piece, scored(piece))
            assert [len(one) for one in after] == [len(one) for one in short]
            after = [one + rest for one, rest in zip(after, long, strict=True)]
        else:
            thresholds, after = RATE.advance(states, piece, scored(piece))
        states = list(after)
        found.append(thresholds)
    return np.concatenate(found, axis=1), [one for one in states if one is not None]


@given(cuts=st.lists(st.integers(0, 17 * PER_DAY), max_size=5).map(sorted), layered=st.booleans())
@settings(max_examples=15, deadline=None)
def test_however_time_is_cut_the_thresholds_are_the_same(cuts: list[int], *, layered: bool) -> None:
    block = noise(4, 17 * PER_DAY)
    whole, states = through(block, [], layered=False)
    cut, others = through(block, cuts, layered=layered)
    assert np.array_equal(whole, cut, equal_nan=True)
    assert states == others
    assert np.isfinite(whole).any()


def test_thresholds_are_streaming_and_their_state_is_small() -> None:
    assert isinstance(RATE, StreamingThresholds)
    block = noise(3, 2 * PER_DAY)
    _, states = RATE.advance([None] * 3, block, scored(block))
    assert max(map(len, states)) < 8_000


def test_a_gap_between_two_blocks_is_as_if_nothing_was_scored_there() -> None:
    block = noise(3, 12 * PER_DAY, 1)
    block.values[:, 5 * PER_DAY : 8 * PER_DAY + 7] = np.nan
    whole, _ = through(block, [], layered=False)
    head, tail = part(block, 0, 5 * PER_DAY), part(block, 8 * PER_DAY + 7, 12 * PER_DAY)
    _, states = RATE.advance([None] * 3, head, scored(head))
    after, _ = RATE.advance(states, tail, scored(tail))
    assert np.array_equal(whole[:, 8 * PER_DAY + 7 :], after, equal_nan=True)


def test_a_long_silence_forgets_everything() -> None:
    early, late = noise(3, 6 * PER_DAY), noise(3, 6 * PER_DAY, 2)
    later = SeriesBlock(late.keys, late.at + 90 * DAY, late.values, late.mask, STEP)
    _, states = RATE.advance([None] * 3, early, scored(early))
    after, _ = RATE.advance(states, later, scored(later))
    assert np.array_equal(after, RATE.thresholds(later, scored(later)), equal_nan=True)


def test_a_state_that_cannot_be_meant_is_refused() -> None:
    block = noise(1, 3 * PER_DAY)
    _, (state,) = RATE.advance([None], block, scored(block))
    hourly = block_of(np.ones((1, 9)), 2 * HOUR)
    later = part(block, 0, PER_DAY)
    for wrong, at in (
        (b"junk", block),
        (b"\x07" + state[1:], block),
        (state, hourly),
        (state, later),
    ):
        with pytest.raises(DetectorError):
            RATE.advance([wrong], at, scored(at))
    with pytest.raises(DetectorError, match="another version"):
        RATE.split(b"\x07" + state[1:])


def test_a_short_state_is_refused_at_a_new_day() -> None:
    block = noise(1, 3 * PER_DAY)
    _, (state,) = RATE.advance([None], part(block, 0, PER_DAY), scored(part(block, 0, PER_DAY)))
    rest = part(block, PER_DAY, 3 * PER_DAY)
    with pytest.raises(DetectorError, match="long part"):
        RATE.advance([RATE.split(state)[0]], rest, scored(rest))


def test_a_stretch_that_is_forgotten_is_as_one_that_was_excluded() -> None:
    block = noise(4, 6 * PER_DAY)
    out = np.zeros(block.values.shape, np.bool_)
    out[1, 3 * PER_DAY : 3 * PER_DAY + 6] = True
    block.values[out] = 40
    since, until = int(block.at[3 * PER_DAY]), int(block.at[3 * PER_DAY + 5])
    _, states = RATE.advance([None] * 4, block, scored(block))
    _, wanted = RATE.advance([None] * 4, block, scored(block), out)
    forgotten = forget(states[1], [(since, until)])
    past = len(RATE.split(wanted[1])[0])
    assert forgotten[past : past + 4 * 14 * 48] == wanted[1][past : past + 4 * 14 * 48]
    assert forget(forgotten, [(0, 0)]) == forgotten


def test_a_new_series_gets_its_fleets_threshold_before_its_own_day_is_over() -> None:
    block = noise(5, 4 * PER_DAY)
    block.values[0, : 3 * PER_DAY + 30] = np.nan
    whole = RATE.thresholds(block, scored(block))
    last = 3 * PER_DAY + 60
    assert np.isnan(whole[:, 0]).all()
    assert whole[0, last] > np.median(whole[1:, last])
    four, rest = part(block, 0, 3 * PER_DAY + 40), part(block, 3 * PER_DAY + 40, 4 * PER_DAY)
    _, states = RATE.advance([None] * 5, four, scored(four))
    joined, _ = RATE.advance([None, *states[1:]], rest, scored(rest))
    assert joined[0, -1] == whole[0, -1]


def test_a_small_fleet_is_said_to_be_weaker() -> None:
    notes = {}
    for series, days in ((3, 14), (12, 14), (3, 1)):
        block = noise(series, days * PER_DAY)
        _, states = RATE.advance([None] * series, block, scored(block))
        notes[series, days] = confidence(states)
    assert notes[12, 14].strength is Strength.FIRM
    assert not notes[12, 14].note
    assert notes[3, 14].strength is Strength.WEAKER
    assert "3 like series" in notes[3, 14].note
    assert notes[3, 1].strength is Strength.COLD
