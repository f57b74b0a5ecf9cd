from collections.abc import Sequence

import pytest

from dashboard.queries import gap
from dashboard.tables import gap as tables
from reinfra.gaps.scorecard import Refusal, Scorecard


@pytest.fixture(scope="module")
def found() -> Sequence[Scorecard | Refusal]:
    return gap.comparisons()


def _card(found: Sequence[Scorecard | Refusal], title: str) -> Scorecard:
    return next(one for one in found if isinstance(one, Scorecard) and one.title.startswith(title))


def test_the_forest_ends_with_the_matched_total(found: Sequence[Scorecard | Refusal]) -> None:
    card = _card(found, "inf2.48xlarge against g5.48xlarge")
    lines = tables.forest(card)
    assert len(lines) == len(card.strata) + 1
    assert lines[-1].total
    assert lines[-1].value == pytest.approx(-28.2, abs=0.5)


def test_the_steps_of_the_cost_lead_from_baseline_to_candidate(
    found: Sequence[Scorecard | Refusal],
) -> None:
    steps = tables.steps(_card(found, "inf2.48xlarge against g5.48xlarge"))
    assert steps is not None
    start, parts, end = steps
    assert start.change + sum(part.change for part in parts) == pytest.approx(end.change)


def test_what_is_unknown_is_said_and_never_drawn(found: Sequence[Scorecard | Refusal]) -> None:
    failed = [
        one for one in found if isinstance(one, Scorecard) and one.cost.candidate.value is None
    ]
    assert failed
    assert tables.steps(failed[0]) is None
    assert "unknown" in tables.measures(failed[0])["candidate against baseline"].tolist()


def test_every_refused_pair_has_its_reasons(found: Sequence[Scorecard | Refusal]) -> None:
    table = tables.refusals(found)
    assert set(table["comparison"]) == {one.title for one in found if isinstance(one, Refusal)}
    assert (table["refused because"] != "").all()


def test_every_instance_has_a_class_a_reason_and_a_dated_price(
    found: Sequence[Scorecard | Refusal],
) -> None:
    table = tables.instances(gap.sides(tuple(found)))
    assert {"purpose-built", "adapted"} <= set(table["class"])
    assert table["price from"].str.len().min() > 0
