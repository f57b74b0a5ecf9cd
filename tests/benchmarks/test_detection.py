import numpy as np
import pytest

from benchmarks.detection.baselines import RollingMad, RollingSigma
from benchmarks.detection.tally import Tally
from detectors.base import Detector
from detectors.labels import Window
from reinfra.model import DAY, Anomaly, SeriesKey
from tests.detectors.blocks import START, STEP, block_of, daily_wave, until

RULES = [RollingSigma(), RollingMad()]


def strange(key: SeriesKey, since: int, until: int) -> Anomaly:
    return Anomaly(key, "a detector", since, until, since, 1.0, 9.0, 3.0, "it is strange")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_future_never_changes_a_score(rule: Detector) -> None:
    block = block_of(daily_wave(2, 600))
    whole = rule.score(block).values[:, :400]
    np.testing.assert_allclose(rule.score(until(block, 400)).values, whole, rtol=1e-6)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_jump_is_the_strangest_sample_and_the_first_hours_are_not_judged(rule: Detector) -> None:
    wave = daily_wave(1, 600)
    wave[0, 450] += 20
    scores = rule.score(block_of(wave)).values[0]
    assert np.nanargmax(scores) == 450
    assert np.isnan(scores[:72]).all()
    assert np.isfinite(scores[72:]).all()


def test_a_tally_counts_false_anomalies_over_the_judged_time_outside_the_windows() -> None:
    block = block_of(daily_wave(2, 288))
    key, other = block.keys
    judged = np.ones(block.values.shape, np.bool_)
    judged[1] = False
    half = START + DAY
    windows = {key: [Window(half, half + DAY)]}
    found = [
        strange(key, START, START),
        strange(key, half + 3 * STEP, half + 5 * STEP),
        strange(other, START, START),
    ]
    tally = Tally.of(block, judged, found, windows)
    assert (tally.hits, tally.windows, tally.false) == (1, 1, 2)
    assert tally.delays == (3 * STEP,)
    assert tally.weeks == pytest.approx(1 / 7)
    assert tally.false_per_week == pytest.approx(14)


def test_without_judged_time_there_is_no_rate() -> None:
    block = block_of(daily_wave(1, 10))
    tally = Tally.of(block, np.zeros(block.values.shape, np.bool_), [], {})
    assert np.isnan(tally.false_per_week)
