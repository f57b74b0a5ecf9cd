import numpy as np

from judge.pairs import wins_of
from judge.series import INVALID, SUCCESSES, TRIALS, quality_batch, quality_counts
from reinfra.model import ORIGIN_LABEL, Kind, Origin
from tests.judge.recorded_sets import llmbar, pandalm

AT = 1_763_650_800_000


def test_passes_and_trials_leave_the_invalid_out() -> None:
    counts = {each.judge: each for each in quality_counts(wins_of(pandalm(), "llama-7b"))}
    gpt = counts["gpt-3.5-turbo"]
    assert (gpt.stratum, gpt.trials, gpt.invalid) == ("llama-7b", 174, 5)
    assert gpt.successes == 112.0


def test_every_stratum_is_counted_once() -> None:
    counted = sum(each.trials for each in quality_counts(llmbar()) if each.judge == "GPT-4/Vanilla")
    assert counted == 228


def test_the_batch_holds_three_registered_series_per_judge() -> None:
    batch = quality_batch(wins_of(pandalm(), "opt-7b"), AT, {ORIGIN_LABEL: Origin.RECORDED})
    assert {key.metric for key in batch.keys} == {SUCCESSES, TRIALS, INVALID}
    assert len(batch) == len(batch.keys) == 6
    assert {key.kind for key in batch.keys} == {Kind.PERIOD_COUNT}
    assert {key.origin for key in batch.keys} == {Origin.RECORDED}
    assert np.unique(batch.at).tolist() == [AT]
