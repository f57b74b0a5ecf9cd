import numpy as np

from judge.statistics.fault_join import HOUR, Events, episodes, fault_effects
from tests.judge.recorded_sets import generator

DAY = 24 * HOUR


def planted(harm: float) -> tuple[Events, Events, np.ndarray]:
    """Ten devices, a month, 40 faults; within an hour of one an answer is right less often by `harm`."""
    random = generator()
    faults = Events(np.sort(random.integers(0, 30 * DAY, 40)), random.integers(0, 10, 40))
    answers = Events(random.integers(0, 30 * DAY, 40_000), random.integers(0, 10, 40_000))
    near = episodes(faults, answers, HOUR) >= 0
    rate = 0.6 + 0.03 * answers.group - harm * near
    return faults, answers, (random.random(40_000) < rate).astype(np.float64)


def test_a_planted_harm_is_within_the_interval_at_its_lag_and_diluted_at_longer_ones() -> None:
    short, exact, *_, longest = fault_effects(*planted(0.3))
    assert exact.lag == HOUR
    assert exact.change.low < -0.3 < exact.change.high < 0
    assert short.change.low < -0.3 < short.change.high
    assert longest.change.value > exact.change.value / 2


def test_no_harm_is_no_effect_though_devices_differ() -> None:
    assert all(each.change.low < 0 < each.change.high for each in fault_effects(*planted(0.0)))


def test_faults_in_a_row_are_one_episode_and_other_devices_have_none() -> None:
    faults = Events(np.array([0, 1_000, 9 * HOUR]), np.array([1, 1, 1]))
    answers = Events(
        np.array([500, 2_000, 5 * HOUR, 9 * HOUR, 500, -1]), np.array([1, 1, 1, 1, 0, 1])
    )
    found = episodes(faults, answers, HOUR)
    assert found[0] == found[1] != found[3]
    assert found[[2, 4, 5]].tolist() == [-1, -1, -1]


def test_few_faults_are_a_reason_and_no_number() -> None:
    faults, answers, scores = planted(0.3)
    few = Events(faults.at[:3], faults.group[:3])
    assert "5 are needed" in fault_effects(few, answers, scores)[0].change.reason
