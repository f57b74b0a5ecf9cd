"""Random halves of simulated fleets: how often an interval excludes the zero that is true."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reinfra.gaps.fleet_interval import FleetGap, fleet_gap
from reinfra.gaps.fleet_measures import log_ratio
from reinfra.gaps.fleet_rules import Target
from reinfra.gaps.selftest import self_test
from tests.gaps.fleets import COUNT, VALUE, Cell, Floats, fleets

FLEETS, SPLITS, SEED = 20, 200, 3


@dataclass(frozen=True, slots=True)
class Halves:
    """Shares of splits that exclude zero: over all fleets, and in the fleets with the fewest and the most."""

    nodes: int
    fleets: int
    splits: int
    excluded: float
    fewest: float
    most: float


def halves() -> Iterator[Halves]:
    for nodes in (8, 16, 64):
        rng = np.random.default_rng([SEED, nodes])
        rates = [_rate(nodes, rng) for _ in range(FLEETS)]
        mean = float(np.mean(rates))
        yield Halves(nodes, FLEETS, FLEETS * SPLITS, mean, min(rates), max(rates))


def _rate(nodes: int, rng: np.random.Generator) -> float:
    fleet, _ = fleets(Cell((nodes, 4), 7, 0.8, node_sd=0.3), rng)
    return self_test(fleet, _judge, rng, SPLITS).rate or 0.0


def _judge(ours: Floats, theirs: Floats, target: Target) -> FleetGap:
    return fleet_gap(log_ratio(VALUE, COUNT), ours, theirs, target=target)[0]
