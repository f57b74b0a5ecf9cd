import numpy as np
import pytest

from detectors.base import DetectorError, Streaming
from detectors.novelty import Novelty
from detectors.novelty_memory import Records, Seen
from reinfra.model import SeriesBlock
from tests.detectors.blocks import block_of, daily_wave


def test_a_record_is_as_old_as_the_last_value_that_reached_it() -> None:
    values = np.random.default_rng(0).exponential(size=400)
    records = Records()
    for now, value in enumerate(values.tolist()):
        least = [
            (value - share * 5.0) / factor for factor in (1.1, 1.3, 1.7) for share in (0, 0.03)
        ]
        slow = []
        for bound in (each for each in least if each > 0):
            reached = [at for at in range(max(0, now - 100), now) if values[at] >= bound]
            slow.append(min(100, now - reached[-1] - 1) if reached else min(100, now))
        assert records.age(now, value, 5.0, 100) == pytest.approx(sum(slow) / 6)
        records.add(now, value, 100)


def test_what_came_before_is_no_news() -> None:
    """The same spike every 50 samples, and once a new one."""
    values = np.zeros((1, 1000))
    values[0, 20::50] = 5
    values[0, 700] = -5
    scores = Novelty().score(block_of(values)).values[0]
    assert np.nanargmax(scores) == 700
    assert np.nanmax(scores[500:700]) < 0.3 * scores[700]


def test_nothing_as_new_is_said_twice_in_a_short_time() -> None:
    values = np.random.default_rng(1).normal(size=(1, 800))
    values[0, [600, 640, 660]] = 30, 60, 30
    scores = Novelty().score(block_of(values)).values[0]
    assert scores[600] > 1
    assert scores[640] == scores[660] == 0


def test_its_state_is_small_and_comes_back_as_it_was() -> None:
    assert isinstance(Novelty(), Streaming)
    noise = np.random.default_rng(2).uniform(size=(1, 6000))
    noise *= np.linspace(1, 40, 6000)
    _, (state,) = Novelty().advance([None], block_of(noise))
    assert 20_000 < len(state) <= 128_000
    assert Seen.unpack(state).pack() == state


def test_going_on_gives_the_scores_of_one_go() -> None:
    block = block_of(daily_wave(2, 700))
    whole = Novelty().score(block).values
    states: list[bytes | None] = [None, None]
    found = []
    for begin, end in ((0, 1), (1, 1), (1, 333), (333, 700)):
        cut = slice(begin, end)
        part = SeriesBlock(
            block.keys, block.at[cut], block.values[:, cut], block.mask[:, cut], block.step
        )
        scores, after = Novelty().advance(states, part)
        states = list(after)
        found.append(scores.values)
    assert np.array_equal(np.concatenate(found, axis=1), whole, equal_nan=True)


def test_another_versions_state_is_refused() -> None:
    for wrong in (b"", b"\x09" * 200):
        with pytest.raises(DetectorError):
            Novelty().advance([wrong], block_of(np.zeros((1, 3))))
