"""Held to LLMBar's recorded verdicts and labels: real judges, real disagreement."""

import numpy as np
import pytest

from judge.columns import columns
from judge.statistics import Estimate, mean_interval, ppi_mean
from judge.statistics.estimate import Values
from judge.statistics.prediction_powered import tuned_power
from tests.judge.recorded_sets import generator, gpt4, llmbar

RESAMPLES, LABELS, ITEMS = 500, 100, 1_000


def resampled(judge: str) -> tuple[float, list[tuple[Estimate, Estimate]]]:
    """The human mean of the recorded set, and per resample the estimates by labels and by PPI++."""
    recorded = columns(llmbar(), judge)
    random, estimates = generator(), []
    for _ in range(RESAMPLES):
        drawn = random.choice(recorded.score.size, LABELS + ITEMS)
        human = recorded.human[drawn].copy()
        human[LABELS:] = np.nan
        estimates.append((mean_interval(human), ppi_mean(recorded.score[drawn], human)))
    return float(recorded.human.mean()), estimates


@pytest.mark.parametrize("judge", ["GPT-4/Metrics_Reference", "ChatGPT/Vanilla_NoRules"])
def test_the_corrected_interval_holds_the_human_mean(judge: str) -> None:
    truth, estimates = resampled(judge)
    covered = sum(corrected.low <= truth <= corrected.high for _, corrected in estimates)
    assert covered >= 0.92 * RESAMPLES


def test_a_good_judge_narrows_the_interval_and_a_bad_one_does_not_widen_it() -> None:
    for judge, most in {"GPT-4/Metrics_Reference": 0.85, "ChatGPT/Vanilla_NoRules": 1.05}.items():
        _, estimates = resampled(judge)
        ratio = np.mean([corrected.width / labels.width for labels, corrected in estimates])
        assert ratio < most, judge


def test_a_constant_bias_of_the_judge_is_taken_out() -> None:
    random = generator()
    truth = random.random(2_000)
    human = np.where(np.arange(2_000) < 200, truth, np.nan)
    corrected = ppi_mean(np.minimum(truth + 0.3, 2), human)
    assert corrected.low <= truth.mean() <= corrected.high
    assert corrected.width < 0.1


def test_fewer_than_a_hundred_labels_correct_nothing() -> None:
    human = np.where(np.arange(500) < 99, 1.0, np.nan)
    estimate = ppi_mean(np.ones(500), human)
    assert np.isnan(estimate.value)
    assert "99 human labels" in estimate.reason


@pytest.mark.parametrize("judge", [np.full(300, 0.5), np.full(300, np.nan)])
def test_a_judge_that_tells_nothing_apart_leaves_the_labels(judge: Values) -> None:
    human = np.where(np.arange(300) < 150, np.arange(300) % 2, np.nan)
    estimate = ppi_mean(judge, human)
    assert estimate.method == "labels only"
    assert (estimate.low, estimate.high) == (mean_interval(human).low, mean_interval(human).high)


def test_a_fully_labelled_set_needs_no_judge() -> None:
    recorded = gpt4()
    assert ppi_mean(recorded.score, recorded.human).method == "labels only"


def test_labels_that_never_differ_claim_no_certainty() -> None:
    """100 of 100 right is not a zero-width interval."""
    human = np.where(np.arange(1_000) < 100, 1.0, np.nan)
    estimate = ppi_mean((np.arange(1_000) % 7 > 0).astype(np.float64), human)
    assert estimate.width > 0.02


def test_items_without_a_valid_verdict_stay_in_the_mean() -> None:
    """The hard half gets no verdict; leaving it out would say 0.9 where 0.5 is true."""
    random = generator()
    hard = np.arange(2_000) % 2 == 0
    truth = (random.random(2_000) < np.where(hard, 0.1, 0.9)).astype(np.float64)
    human = np.where(random.permutation(2_000) < 400, truth, np.nan)
    estimate = ppi_mean(np.where(hard, np.nan, truth), human)
    assert estimate.low <= truth.mean() <= estimate.high
    assert estimate.high < 0.6


def test_the_power_is_one_for_an_oracle_with_endless_items_and_zero_for_noise() -> None:
    random = generator()
    truth = random.random(20_000)
    human = np.where(np.arange(20_000) < 200, truth, np.nan)
    assert tuned_power(truth, human) == pytest.approx(1, abs=0.1)
    assert tuned_power(random.random(20_000), human) < 0.3


def test_clusters_widen_what_copies_would_narrow() -> None:
    recorded = gpt4()
    human = np.where(generator().permutation(228) < 110, recorded.human, np.nan)
    once = ppi_mean(recorded.score, human)
    thrice, clusters = np.tile(recorded.score, 3), np.tile(np.arange(228), 3)
    assert ppi_mean(thrice, np.tile(human, 3)).width < 0.65 * once.width
    assert ppi_mean(thrice, np.tile(human, 3), clusters).width == pytest.approx(
        once.width, rel=0.05
    )
