import numpy as np
import pytest

from judge.canary import SIZE, CanaryState, choose, compare, mcnemar
from judge.columns import columns
from judge.statistics.blame import Cause, blame
from tests.judge.recorded_sets import generator, llmbar


def test_a_real_change_of_version_is_found_in_200_items_and_a_replay_is_none() -> None:
    """ChatGPT of March against that of June 2023, both as LLMBar's authors recorded them."""
    random = generator()
    old, new = (
        columns(llmbar(), judge).ab for judge in ("ChatGPT-0301/Vanilla", "ChatGPT/Vanilla")
    )
    found, replayed = [], []
    for _ in range(200):
        drawn = random.choice(old.size, SIZE, replace=False)
        found.append(compare(old[drawn], new[drawn]).state)
        replayed.append(compare(old[drawn], old[drawn]).state)
    assert found.count(CanaryState.CHANGED) >= 0.99 * len(found)
    assert set(replayed) == {CanaryState.SAME}


def test_the_allowed_noise_rarely_alarms() -> None:
    random, alarms = generator(), 0
    for _ in range(1_000):
        before = (random.random(SIZE) < 0.7).astype(np.float64)
        now = np.where(random.random(SIZE) < 0.03, 1 - before, before)
        alarms += compare(before, now).state is CanaryState.CHANGED
    assert alarms <= 20


def test_even_flips_are_found_where_the_mean_stands_still() -> None:
    before = np.tile([0.0, 1.0], 100)
    now = before.copy()
    now[:30] = 1 - now[:30]
    result = compare(before, now)
    assert (result.state, result.shift_p) == (CanaryState.CHANGED, 1.0)
    assert "30 of 200" in result.reason


def test_replies_that_stop_being_grades_are_a_change_too() -> None:
    now = np.ones(SIZE)
    now[:12] = np.nan
    result = compare(np.ones(SIZE), now)
    assert result.state is CanaryState.CHANGED
    assert "12 replies are no grade any more" in result.reason


def test_few_items_leave_it_open() -> None:
    result = compare(np.ones(20), np.ones(20))
    assert result.state is CanaryState.UNKNOWN
    assert "at least 50" in result.reason


def test_mcnemars_p_is_the_exact_one() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(10, 2) == pytest.approx(0.03857421875)


def test_every_stratum_and_grade_gets_its_turn() -> None:
    strata = np.repeat([0, 1, 2], [900, 60, 40])
    scores = (np.arange(1_000) % 10 == 0).astype(np.float64)
    scores[5:300] = np.nan
    chosen = choose(scores, strata, generator(), 60)
    assert not np.isnan(scores[chosen]).any()
    assert len(set(chosen.tolist())) == 60
    assert min(np.bincount(strata[chosen])) >= 14


def test_the_judge_is_blamed_before_serving_and_serving_before_the_answers() -> None:
    same, changed = compare(np.ones(99), np.ones(99)), compare(np.ones(99), np.zeros(99))
    both = {"integrity_alarm": True, "quality_alarm": True}
    assert blame(changed, **both).cause is Cause.JUDGE
    assert blame(changed, **both).suppressed == (Cause.QUALITY,)
    assert blame(same, **both).cause is Cause.SERVING
    only = blame(same, integrity_alarm=False, quality_alarm=True)
    assert (only.cause, only.suppressed) == (Cause.QUALITY, ())
    assert "no canary" in blame(None, integrity_alarm=False, quality_alarm=True).why
    assert blame(None, integrity_alarm=False, quality_alarm=False).cause is Cause.NONE
