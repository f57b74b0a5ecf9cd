import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.gaps.fleet_interval import FleetError, fleet_gap
from reinfra.gaps.fleet_measures import (
    LMDI_TERMS,
    cost_decomposition,
    log_ratio,
    mean_difference,
)
from reinfra.gaps.fleet_rules import Standing, Target
from tests.gaps.fleets import COUNT, VALUE, Cell, Floats, fleets, totals

GAP = log_ratio(VALUE, COUNT)
CELL = Cell((8, 12), 3, 0.5, node_sd=0.3, fleet_wave_sd=0.2)
seeds = st.integers(0, 10_000)


def pair(cell: Cell = CELL, seed: int = 1) -> tuple[Floats, Floats]:
    return fleets(cell, np.random.default_rng(seed))


@settings(deadline=None, max_examples=20)
@given(seeds, st.sampled_from(Target))
def test_swapped_fleets_give_the_mirrored_interval(seed: int, target: Target) -> None:
    ours, theirs = pair(seed=seed)
    (there,) = fleet_gap(GAP, ours, theirs, target=target)
    (back,) = fleet_gap(GAP, theirs, ours, target=target)
    assert there.figure.low == pytest.approx(-(back.figure.high or 0), rel=1e-6, abs=1e-9)
    assert there.figure.high == pytest.approx(-(back.figure.low or 0), rel=1e-6, abs=1e-9)
    assert there.df == pytest.approx(back.df, rel=1e-6)


@settings(deadline=None, max_examples=20)
@given(seeds, st.floats(0.01, 100))
def test_the_unit_of_a_fleets_totals_changes_nothing(seed: int, factor: float) -> None:
    ours, theirs = pair(seed=seed)
    (plain,) = fleet_gap(GAP, ours, theirs)
    (scaled,) = fleet_gap(GAP, ours * factor, theirs)
    assert scaled.figure.low == pytest.approx(plain.figure.low, rel=1e-4, abs=1e-7)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_the_order_of_the_nodes_changes_nothing(seed: int) -> None:
    ours, theirs = pair(seed=seed)
    (plain,) = fleet_gap(GAP, ours, theirs)
    (shuffled,) = fleet_gap(GAP, ours[::-1], theirs)
    assert shuffled.figure.low == pytest.approx(plain.figure.low, rel=1e-6, abs=1e-9)


def test_a_wave_common_to_both_fleets_cancels() -> None:
    calm, wild = (
        fleet_gap(mean_difference(VALUE, COUNT), *pair(Cell((8, 8), 3, 0.5, traffic_sd=sd)))[0]
        for sd in (0.0, 10.0)
    )
    assert wild.figure.low == pytest.approx(calm.figure.low, rel=1e-6)


def test_nodes_that_differ_widen_only_the_interval_for_their_kind() -> None:
    sides = pair(Cell((8, 8), 3, 0.2, node_sd=3.0))
    kind, these = (fleet_gap(GAP, *sides, target=target)[0].figure for target in Target)
    width = [(figure.high or 0) - (figure.low or 0) for figure in (kind, these)]
    assert width[0] > 3 * width[1]


def lmdi_fleet(nodes: int, rng: np.random.Generator) -> Floats:
    """Paid hours, busy hours, tokens of two strata."""
    shape = (nodes, 72, 2)
    paid = np.ones(shape)
    busy = rng.uniform(0.3, 0.9, shape)
    return np.concatenate([paid, busy, busy * rng.uniform(80, 120, shape)], axis=-1)


def test_the_parts_of_the_cost_gap_add_up_and_each_has_an_interval() -> None:
    rng = np.random.default_rng(2)
    ours, theirs = lmdi_fleet(8, rng), lmdi_fleet(6, rng) * [1, 1, 0.7, 0.8, 1.1, 1.2]
    found = dict(
        zip(LMDI_TERMS, fleet_gap(cost_decomposition(12, 30, 2), ours, theirs), strict=True)
    )
    value = {name: gap.figure.value or 0.0 for name, gap in found.items()}
    assert abs(value["total"] - sum(value[name] for name in LMDI_TERMS[1:])) < 1e-9
    assert value["price"] == pytest.approx(np.log(12 / 30))
    assert all(gap.figure.low is not None for name, gap in found.items() if name != "price")
    assert "nothing varied" in found["price"].figure.reason


def test_constant_data_have_no_interval_of_width_zero() -> None:
    (gap,) = fleet_gap(GAP, totals(np.full((5, 72), 3.0)), totals(np.full((5, 72), 2.0)))
    assert gap.figure.value == pytest.approx(np.log(1.5))
    assert gap.figure.low is None
    assert "nothing varied" in gap.figure.reason
    assert gap.standing is Standing.REFUSED


def test_missing_node_hours_are_absent_and_not_zero_readings() -> None:
    ours, theirs = pair()
    whole = fleet_gap(GAP, ours, theirs)[0].figure
    lost = np.random.default_rng(4).random(ours.shape[:2]) < 0.2
    ours[lost] = 0
    holes = fleet_gap(GAP, ours, theirs)[0].figure
    assert holes.value == pytest.approx(whole.value, abs=0.01)
    assert (holes.low or 0) < (whole.value or 0) < (holes.high or 0)


def test_hours_in_which_a_whole_fleet_is_silent_do_not_count() -> None:
    ours, theirs = pair()
    ours[:, 10:] = 0
    (gap,) = fleet_gap(GAP, ours, theirs)
    assert gap.standing is Standing.REFUSED
    assert "10 hours in which both fleets report" in gap.figure.reason


def test_one_node_can_only_be_judged_as_itself() -> None:
    ours, theirs = pair(Cell((1, 8), 3, 0.3))
    (kind,) = fleet_gap(GAP, ours, theirs)
    (these,) = fleet_gap(GAP, ours, theirs, target=Target.THESE)
    assert "exactly these nodes" in kind.figure.reason
    assert kind.figure.low is None
    assert these.figure.low is not None


@pytest.mark.parametrize(
    ("hours", "standing"),
    [(23, Standing.REFUSED), (30, Standing.PROVISIONAL), (75, Standing.FULL)],
)
def test_standing_rests_on_whole_days(hours: int, standing: Standing) -> None:
    ours, theirs = pair(Cell((8, 8), 4, 0.0))
    (gap,) = fleet_gap(GAP, ours[:, :hours], theirs[:, :hours])
    assert gap.standing is standing


def test_only_the_newest_whole_days_are_used() -> None:
    ours, theirs = pair()
    noise = np.full_like(ours[:, :5], 1e6)
    longer = np.concatenate([noise, ours], axis=1), np.concatenate([theirs[:, :5], theirs], axis=1)
    assert fleet_gap(GAP, *longer)[0].figure == fleet_gap(GAP, ours, theirs)[0].figure


def test_few_nodes_against_many_carry_a_note() -> None:
    (gap,) = fleet_gap(GAP, *pair(Cell((4, 16), 3, 0.2)))
    assert any("4 nodes against 16" in note for note in gap.notes)
    assert gap.figure.low is not None


def test_a_level_shift_is_told_and_its_interval_still_shown() -> None:
    ours, theirs = pair(Cell((8, 8), 7, 0.1, node_sd=0.1))
    ours[:, 84:, VALUE] *= 1.2
    (gap,) = fleet_gap(GAP, ours, theirs)
    assert gap.standing is Standing.GREYED
    assert any("not one regime" in note for note in gap.notes)
    assert gap.figure.low is not None


def test_a_measure_that_divides_by_nothing_is_unknown() -> None:
    ours, theirs = pair()
    ours[..., COUNT] = 0
    (gap,) = fleet_gap(GAP, ours, theirs)
    assert gap.figure.value is None
    assert gap.standing is Standing.REFUSED


def test_totals_that_do_not_fit_are_a_defect() -> None:
    ours, theirs = pair()
    with pytest.raises(FleetError, match="one set of hours"):
        fleet_gap(GAP, ours[:, :-1], theirs)
    ours[0, 0, 0] = np.nan
    with pytest.raises(FleetError, match="finite"):
        fleet_gap(GAP, ours, theirs)
