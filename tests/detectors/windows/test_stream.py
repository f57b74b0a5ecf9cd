import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.windows import WindowsStream
from detectors.windows.memory import FIRST, KEPT, chunk_of, fitted_at
from detectors.windows.model import CHUNK
from reinfra.model import MINUTE, SeriesBlock
from tests.detectors.blocks import block_of

LARGEST_STATE = 128 * 1024


def long_wave(points: int) -> SeriesBlock:
    generator = np.random.default_rng(5)
    wave = np.sin(2 * np.pi * np.arange(points) / 250) + generator.normal(0, 0.1, points)
    return block_of(1e9 + 1e4 * wave[None], MINUTE)


@given(st.integers(0, 100_000))
@settings(max_examples=50, deadline=None)
def test_chunks_follow_one_another_and_models_are_fitted_between_them(count: int) -> None:
    begin, end = chunk_of(count)
    assert begin <= count < end <= begin + max(FIRST, CHUNK)
    assert not any(fitted_at(inside) for inside in range(begin + 1, end))
    assert chunk_of(end)[0] == end


def test_a_state_stays_small_and_goes_on_bit_for_bit_past_several_fits() -> None:
    block = long_wave(KEPT + 900)
    whole = WindowsStream().score(block)
    state: bytes | None = None
    at, largest = 0, 0
    for size in (3000, 1, 5050, 7, 400, 30, block.at.size):
        part = slice(at, at + size)
        some = SeriesBlock(
            block.keys, block.at[part], block.values[:, part], block.mask[:, part], block.step
        )
        scores, (state,) = WindowsStream().advance([state], some)
        assert np.array_equal(scores.values, whole.values[:, part], equal_nan=True)
        assert np.array_equal(scores.expected, whole.expected[:, part], equal_nan=True)
        at, largest = at + size, max(largest, len(state))
    assert LARGEST_STATE / 2 < largest <= LARGEST_STATE


def test_a_gap_longer_than_the_memory_is_the_same_seen_or_skipped() -> None:
    block = long_wave(2 * KEPT + 4000)
    hole = slice(1000, 1000 + 2 * KEPT + 17)
    block.values[:, hole], block.mask[:, hole] = np.nan, False
    whole = WindowsStream().score(block).values[:, hole.stop :]
    first, last = (
        SeriesBlock(block.keys, block.at[p], block.values[:, p], block.mask[:, p], block.step)
        for p in (slice(0, 1000), slice(hole.stop, None))
    )
    _, states = WindowsStream().advance([None], first)
    scores, _ = WindowsStream().advance(list(states), last)
    assert np.array_equal(scores.values, whole, equal_nan=True)
    assert np.isfinite(whole).any()


def test_the_score_at_once_is_the_same_with_and_without_what_is_known_later() -> None:
    block = long_wave(3000)
    settled, now = WindowsStream().settled(block)
    scores = WindowsStream().score(block)
    assert np.array_equal(scores.values, now, equal_nan=True)
    assert np.array_equal(scores.expected, settled.expected, equal_nan=True)
    error = np.abs(block.values - scores.expected)
    assert np.nanmedian(error) == pytest.approx(0.07 * 1e4, rel=0.3)
