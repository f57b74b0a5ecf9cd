from dataclasses import replace

import pytest

from judge.columns import columns
from judge.pairs import combined, wins_of
from reinfra.model import Verdict, VerdictStatus
from tests.judge.recorded_sets import pandalm


def verdict(order: str, score: float | None) -> Verdict:
    status = VerdictStatus.UNPARSED if score is None else VerdictStatus.OK
    return Verdict("pair", "gpt", "r", status, score, "", order)


@pytest.mark.parametrize(
    ("ab", "ba", "expected"),
    [(1, 1, 1), (0, 0, 0), (0.5, 0.5, 0.5), (1, 0, 0.5), (0.5, 1, 0.5), (None, 1, None)],
)
def test_two_orders_make_one_verdict_and_disagreement_a_tie(
    ab: float | None, ba: float | None, expected: float | None
) -> None:
    one, other = verdict("ab", ab), verdict("ba", ba)
    assert [each.score for each in combined([one, other])] == [expected]
    assert [each.score for each in combined([other, one])] == [expected]


def test_half_a_comparison_stays_invalid_and_keeps_its_status() -> None:
    (result,) = combined([verdict("ab", 1), verdict("ba", None)])
    assert result.status is VerdictStatus.UNPARSED


def test_orders_under_two_rubrics_are_never_one_comparison() -> None:
    apart = [verdict("ab", 1), replace(verdict("ba", 0), rubric="other")]
    assert sorted(combined(apart), key=lambda one: one.rubric) == sorted(
        apart, key=lambda one: one.rubric
    )


def test_verdicts_of_one_order_or_none_pass_unchanged() -> None:
    alone = [verdict("", 1), verdict("ab", 0)]
    assert list(combined(alone)) == alone


def test_a_systems_wins_and_its_rivals_wins_add_up_to_all_pairs() -> None:
    systems = {name for item in pandalm().items for name in item.systems}
    assert len(systems) == 5
    wins = sum(
        float(columns(wins_of(pandalm(), name), "pandalm-7b").score.sum()) for name in systems
    )
    assert wins == len(pandalm().items)


def test_a_set_turned_to_a_system_names_it_first_everywhere() -> None:
    turned = wins_of(pandalm(), "llama-7b")
    assert len(turned.items) == 179
    assert {item.systems[0] for item in turned.items} == {"llama-7b"}
    assert "llama-7b" in turned.meaning
    assert {verdict.order for verdict in turned.verdicts} == {"ab", "ba"}
