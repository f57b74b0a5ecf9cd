"""What moving work would save."""

from dataclasses import replace

import numpy as np
import pytest

from reinfra.errors import InputError
from reinfra.gaps import Refusal, Scorecard, Setting, compare
from reinfra.gaps.whatif import Plan, what_if
from tests.gaps.made import PRICES, loads


@pytest.fixture(scope="module")
def card() -> Scorecard:
    sides = loads("ml.inf2.48xlarge", 1.0), loads("ml.g5.48xlarge", 2.0, seed=9)
    found = compare(*sides, Setting(PRICES, draws=300), np.random.default_rng(5))
    assert not isinstance(found, Refusal)
    return found


def test_the_saving_is_the_cost_gap_of_the_tokens_that_move(card: Scorecard) -> None:
    found = what_if(card, Plan(0.25, 4e9, utilization=0.5, baseline_utilization=0.5))
    assert card.cost.difference.value is not None
    assert found.saving_usd.value == pytest.approx(-card.cost.difference.value * 1000 / 0.5)
    assert found.saving_usd.sign == 1
    assert found.break_even_utilization.value == pytest.approx(
        0.5 * (1 + (card.cost.ratio.value or 0))
    )


def test_one_instance_moves_what_it_can_carry_and_no_more(card: Scorecard) -> None:
    needed = what_if(card, Plan(1.0, 1e10)).instances_needed
    assert needed is not None
    limited = what_if(card, Plan(1.0, 1e10, instances=1))
    assert limited.limit == "capacity"
    assert limited.moved == pytest.approx(1 / needed)
    assert limited.instances_needed == pytest.approx(1)


def test_sides_loaded_differently_cost_differently(card: Scorecard) -> None:
    even = what_if(card, Plan(1.0, 1e9))
    idle = what_if(card, Plan(1.0, 1e9, utilization=0.2))
    assert (idle.saving_usd.value or 0) < (even.saving_usd.value or 0)
    assert idle.saving_usd.low is not None


def test_work_outside_the_matched_strata_does_not_move(card: Scorecard) -> None:
    found = what_if(replace(card, baseline_share=0.4), Plan(0.9, 1e9))
    assert (found.moved, found.limit) == (0.4, "matched strata")


def test_a_loss_is_never_paid_back_and_an_unknown_price_saves_nothing_known(
    card: Scorecard,
) -> None:
    lossy = what_if(card, Plan(1.0, 1e9, utilization=0.05, migration_usd=100))
    assert (lossy.saving_usd.value or 0) < 0
    assert "never paid back" in lossy.payback_months.reason
    sides = loads("ml.inf2.48xlarge", 1.0), loads("ml.g5.48xlarge", 2.0, seed=9)
    free = compare(*sides, Setting({}, draws=50), np.random.default_rng(5))
    assert isinstance(free, Scorecard)
    assert what_if(free, Plan(1.0, 1e9)).saving_usd.value is None


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="share"):
        Plan(1.5, 1e9)
