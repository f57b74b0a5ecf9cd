from collections import Counter

import numpy as np
import pytest

from judge.columns import columns
from judge.items import GradedSet
from judge.recorded import version_of
from judge.statistics import agreement, cohen_kappa
from reinfra.model import VerdictStatus
from tests.judge.recorded_sets import llmbar, pandalm, triviaqa


def statuses(graded: GradedSet, judge: str) -> Counter[VerdictStatus]:
    return Counter(verdict.status for verdict in graded.verdicts if verdict.judge == judge)


def test_garbage_replies_are_unparsed_and_never_a_low_grade() -> None:
    said = statuses(pandalm(), "gpt-3.5-turbo")
    assert said == {VerdictStatus.OK: 417, VerdictStatus.UNPARSED: 8}
    assert np.isnan(columns(pandalm(), "gpt-3.5-turbo").score).sum() == 8


def test_pandalm_agrees_with_its_annotators_as_recorded() -> None:
    recorded = columns(pandalm(), "gpt-3.5-turbo")
    assert agreement(recorded.score, recorded.majority).value == pytest.approx(0.681, abs=5e-4)
    assert cohen_kappa(recorded.score, recorded.majority).value == pytest.approx(0.449, abs=5e-4)


def test_pairs_of_one_question_share_a_cluster() -> None:
    assert len({item.cluster for item in pandalm().items}) == 74


def test_llmbar_asks_every_pair_in_both_orders() -> None:
    orders = Counter(each.order for each in llmbar().verdicts if each.judge == "GPT-4/Vanilla")
    assert orders == {"ab": 228, "ba": 228}


def test_ratings_have_no_order_and_equal_ones_are_a_tie() -> None:
    """LLMBar recorded each draw of two ratings as ["2", "1"], which is no flip."""
    recorded = columns(llmbar(), "ChatGPT/Rating")
    assert np.isnan(recorded.ab).all()
    assert (recorded.score == 0.5).sum() > 20


def test_every_label_is_one_of_the_two_outputs() -> None:
    assert {label.value for label in llmbar().labels} == {0.0, 1.0}


@pytest.mark.parametrize(
    ("version", "items", "kappa"), [("V1", 1_611, 0.814), ("V2", 1_560, 0.899)]
)
def test_gpt_4_agrees_with_triviaqas_graders_as_recorded(
    version: str, items: int, kappa: float
) -> None:
    recorded = columns(version_of(triviaqa(), version), "GPT-4")
    found = cohen_kappa(recorded.score, recorded.human, recorded.clusters)
    assert found.n == items
    assert found.value == pytest.approx(kappa, abs=5e-4)
