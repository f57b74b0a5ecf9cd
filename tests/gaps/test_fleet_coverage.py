"""Nominal 95 % must be about 95 %: 300 simulated pairs of fleets per cell, with a fixed seed."""

import numpy as np
import pytest

from reinfra.gaps.fleet_interval import fleet_gap
from reinfra.gaps.fleet_measures import log_ratio, mean_difference
from reinfra.gaps.fleet_rules import Target
from tests.gaps.fleets import COUNT, SAMPLES, VALUE, Cell, Floats, fleets

RUNS = 300

KIND = {
    "8 nodes, 3 days, nodes differ": Cell((8, 8), 3, 0.5, node_sd=0.3),
    "16 nodes, 7 days, a wave per fleet": Cell((16, 16), 7, 0.8, node_sd=0.2, fleet_wave_sd=0.5),
    "4 nodes, 1 day": Cell((4, 4), 1, 0.3, node_sd=0.5),
}


def covered(cell: Cell, target: Target, *, logs: bool) -> float:
    rng = np.random.default_rng(11)
    measure = (log_ratio if logs else mean_difference)(VALUE, COUNT)
    hits = 0
    for _ in range(RUNS):
        (gap,) = fleet_gap(measure, *fleets(cell, rng), target=target)
        assert gap.figure.low is not None
        assert gap.figure.high is not None
        hits += gap.figure.low <= 0 <= gap.figure.high
    return hits / RUNS


@pytest.mark.parametrize("cell", KIND.values(), ids=KIND.keys())
def test_the_interval_for_this_kind_of_node_covers_what_it_says(cell: Cell) -> None:
    assert 0.92 <= covered(cell, Target.KIND, logs=True) <= 0.98


def test_the_interval_for_exactly_these_nodes_covers_what_it_says() -> None:
    cell = Cell((8, 8), 3, 0.7, fleet_wave_sd=0.4)
    assert 0.92 <= covered(cell, Target.THESE, logs=False) <= 0.98


def naive_covers(ours: Floats, theirs: Floats) -> bool:
    """Every node-hour taken as independent."""
    means = [fleet[..., VALUE] / SAMPLES for fleet in (ours, theirs)]
    error = np.sqrt(sum(fleet.var() / fleet.size for fleet in means))
    return bool(abs(means[0].mean() - means[1].mean()) <= 1.96 * error)


def test_the_simulation_is_hard_enough_for_a_naive_interval_to_fail() -> None:
    rng = np.random.default_rng(11)
    cell = KIND["16 nodes, 7 days, a wave per fleet"]
    assert np.mean([naive_covers(*fleets(cell, rng)) for _ in range(RUNS)]) < 0.6


def test_a_real_gap_is_found() -> None:
    rng = np.random.default_rng(11)
    ours, theirs = fleets(KIND["16 nodes, 7 days, a wave per fleet"], rng)
    ours[..., VALUE] *= 1.1
    (gap,) = fleet_gap(log_ratio(VALUE, COUNT), ours, theirs)
    assert gap.figure.sign == 1
    assert gap.figure.value == pytest.approx(np.log(1.1), abs=0.02)
