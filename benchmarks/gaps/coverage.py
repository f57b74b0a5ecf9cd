"""Simulated fleets without a gap: how often the interval between them holds zero."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reinfra.gaps.fleet_interval import fleet_gap
from reinfra.gaps.fleet_measures import log_ratio
from reinfra.gaps.fleet_rules import Standing, Target
from tests.gaps.fleets import COUNT, SAMPLES, VALUE, Cell, Floats, fleets

RUNS, SEED = 300, 11

CELLS = {
    "4 nodes, 1 day": Cell((4, 4), 1, 0.3, node_sd=0.5),
    "8 nodes, 3 days, nodes differ": Cell((8, 8), 3, 0.5, node_sd=0.3),
    "4 against 16 nodes, 3 days": Cell((4, 16), 3, 0.5, node_sd=0.3),
    "16 nodes, 7 days, a wave per fleet": Cell((16, 16), 7, 0.8, node_sd=0.2, fleet_wave_sd=0.5),
    "16 nodes, 2 days, slow waves": Cell((16, 16), 2, 0.95, node_sd=0.2, fleet_wave_sd=0.5),
}


@dataclass(frozen=True, slots=True)
class Covered:
    """Shares of runs: zero covered by our interval and by the naive one; shown in full; refused."""

    cell: str
    ours: float
    naive: float
    full: float
    refused: float
    half_width: float


def covered() -> Iterator[Covered]:
    return (_covered(name, cell) for name, cell in CELLS.items())


def _covered(name: str, cell: Cell) -> Covered:
    rng = np.random.default_rng(SEED)
    hits, naive, full, widths = 0, 0, 0, []
    for _ in range(RUNS):
        pair = fleets(cell, rng)
        naive += _naive_covers(*pair)
        (gap,) = fleet_gap(log_ratio(VALUE, COUNT), *pair, target=Target.KIND)
        full += gap.standing is Standing.FULL
        if gap.figure.low is not None and gap.figure.high is not None:
            hits += gap.figure.low <= 0 <= gap.figure.high
            widths.append((gap.figure.high - gap.figure.low) / 2)
    shown = len(widths)
    share = hits / shown if shown else float("nan")
    width = float(np.mean(widths)) if shown else float("nan")
    return Covered(name, share, naive / RUNS, full / RUNS, 1 - shown / RUNS, width)


def _naive_covers(ours: Floats, theirs: Floats) -> bool:
    """Every node-hour taken as independent."""
    means = [fleet[..., VALUE] / SAMPLES for fleet in (ours, theirs)]
    error = np.sqrt(sum(fleet.var() / fleet.size for fleet in means))
    return bool(abs(means[0].mean() - means[1].mean()) <= 1.96 * error)
