from dataclasses import replace

import numpy as np
import pytest

from judge.items import GradedSet, HumanLabel, Item
from judge.pairs import wins_of
from judge.report import Badge, judge_report, report
from judge.series import quality_counts
from reinfra.model import Verdict, VerdictStatus
from tests.judge.recorded_sets import generator, llmbar, pandalm


def graded(items: int, labelled: int, invalid: int) -> GradedSet:
    random = generator()
    truth = random.random(items) < 0.7
    right = np.where(random.random(items) < 0.9, truth, ~truth)
    lost = set(random.permutation(items)[:invalid].tolist())
    return GradedSet(
        "planted",
        "share of correct answers",
        tuple(Item(str(row)) for row in range(items)),
        tuple(
            Verdict(str(row), "gpt", "r", VerdictStatus.UNPARSED)
            if row in lost
            else Verdict(str(row), "gpt", "r", VerdictStatus.OK, float(right[row]))
            for row in range(items)
        ),
        tuple(HumanLabel(str(row), "ann", float(truth[row])) for row in range(labelled)),
    )


@pytest.mark.parametrize(
    ("labelled", "invalid", "badge"),
    [
        (100, 0, Badge.CALIBRATED),
        (100, 25, Badge.CALIBRATED),
        (99, 0, Badge.UNCALIBRATED),
        (0, 0, Badge.UNCALIBRATED),
        (100, 26, Badge.DEGRADED),
        (0, 500, Badge.DEGRADED),
    ],
)
def test_the_badge_says_how_to_take_the_number(labelled: int, invalid: int, badge: Badge) -> None:
    result = judge_report(graded(500, labelled, invalid), "gpt", generator())
    assert result.badge is badge
    assert bool(result.reason) == (badge is not Badge.CALIBRATED)
    assert result.corrected.has_interval == (labelled >= 100)
    assert result.invalid_rate == invalid / 500


def test_invalid_replies_lower_no_mean() -> None:
    assert judge_report(graded(500, 100, 250), "gpt", generator()).naive.value == pytest.approx(
        0.66, abs=0.06
    )


def test_a_judge_that_only_failed_has_no_mean_at_all() -> None:
    result = judge_report(graded(500, 100, 500), "gpt", generator())
    assert np.isnan(result.naive.value)
    assert result.corrected.method == "labels only"


def test_the_plain_mean_is_called_naive() -> None:
    assert judge_report(graded(50, 0, 0), "gpt", generator()).naive.method.startswith("naive: ")


def test_llama_7bs_win_rate_is_corrected_by_a_hundred_labels() -> None:
    wins = wins_of(pandalm(), "llama-7b")
    people = float(np.mean([label.value for label in wins.labels]))
    result = judge_report(wins.with_labels_on(100, generator()), "gpt-3.5-turbo", generator())
    assert people == pytest.approx(0.691, abs=5e-4)
    assert result.corrected.low <= people <= result.corrected.high
    assert result.corrected.method == "PPI++"
    assert result.naive.value == pytest.approx(0.644, abs=5e-4)


def test_a_report_has_every_judge_and_the_raters_agreement() -> None:
    result = report(llmbar(), generator())
    assert [each.judge for each in result.judges] == list(llmbar().judges)
    assert result.alpha.reason == "no item has two ratings"


def test_a_judge_under_two_rubrics_is_reported_under_each() -> None:
    once = graded(200, 150, 0)
    strict = (replace(each, rubric="strict", score=0.0) for each in once.verdicts)
    both = replace(once, verdicts=(*once.verdicts, *strict))
    first, second = report(both, generator()).judges
    assert (first.judge, second.judge) == ("gpt, r", "gpt, strict")
    assert first.naive == judge_report(once, "gpt", generator()).naive
    assert second.naive.value == 0
    assert {(one.judge, one.trials) for one in quality_counts(both)} == {
        ("gpt, r", 200),
        ("gpt, strict", 200),
    }


def test_only_the_items_that_a_judge_was_asked_about_count_for_it() -> None:
    part = graded(200, 0, 0)
    asked = {item.id for item in part.items[:80]}
    fewer = tuple(verdict for verdict in part.verdicts if verdict.item in asked)
    some = GradedSet(part.name, part.meaning, part.items, fewer, part.labels)
    assert judge_report(some, "gpt", generator()).asked == 80


def test_an_unknown_judge_is_an_error_and_not_an_empty_row() -> None:
    with pytest.raises(ValueError, match="no verdict"):
        judge_report(pandalm(), "nobody", generator())
