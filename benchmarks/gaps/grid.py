"""Fleets by the minute, without a gap: how often the product's interval and simpler ones hold zero."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from reinfra.gaps.fleet_interval import fleet_gap
from reinfra.gaps.fleet_measures import log_ratio
from reinfra.gaps.fleet_quantile import Distribution, quantile_gap
from reinfra.gaps.fleet_rules import Target

Floats = NDArray[np.float64]
MINUTES = 60
SEED = 20_261_121
NODE_SD, WAVE, TRAFFIC = 0.2, 0.2, 0.5
"""Lasting difference of nodes; share of variance that a fleet has in common; a wave of traffic on both."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`phi` is the correlation from minute to minute; `tail` the sigma of the lognormal values."""

    phi: float
    nodes: tuple[int, int]
    days: int
    runs: int
    tail: float = 0.1
    share: float | None = None

    @property
    def name(self) -> str:
        what = "mean" if self.share is None else f"p{100 * self.share:g}"
        shape = "heavy tails" if self.tail >= 1 else "light tails"
        nodes = " against ".join(map(str, self.nodes))
        return f"{what}, {shape}, correlation {self.phi:g}, {nodes} nodes, {self.days} d"


MEANS = tuple(
    Cell(phi, (nodes, nodes), days, runs)
    for phi in (0.5, 0.9, 0.98, 0.995)
    for nodes, days, runs in ((4, 3, 800), (16, 3, 500), (64, 3, 200), (16, 1, 500))
)
HEAVY = tuple(Cell(phi, (n, n), 3, 500, 1.0) for phi in (0.9, 0.98) for n in (4, 16))
UNEQUAL = (Cell(0.9, (4, 16), 7, 300, 1.0),)
QUANTILES = tuple(
    Cell(phi, (n, n), 3, 250, 1.0, share)
    for phi in (0.9, 0.98)
    for n, share in ((8, 0.5), (16, 0.5), (16, 0.95))
)
CELLS = (*MEANS, *HEAVY, *UNEQUAL, *QUANTILES)


@dataclass(frozen=True, slots=True)
class Covered:
    """Shares of runs whose interval holds zero; `judged` of all runs had one."""

    cell: Cell
    ours: float
    iid: float
    blocks: float
    judged: float


def covered(cells: tuple[Cell, ...] = CELLS) -> Iterator[Covered]:
    """In two processes; the figures are those of one."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_covered, cells, range(len(cells)))


def _covered(cell: Cell, number: int) -> Covered:
    rng = np.random.default_rng([SEED, number])
    ours = iid = blocks = judged = 0
    for _ in range(cell.runs):
        pair = _fleets(cell, rng)
        low, high = _interval(cell, pair)
        judged += low is not None
        ours += low is not None and high is not None and low <= 0 <= high
        gap = np.log(pair[0].mean() / pair[1].mean())
        iid += abs(gap) <= _half(*(x.ravel() for x in pair))
        hours = [x.reshape(len(x), -1, MINUTES).mean(axis=(0, 2)) for x in pair]
        blocks += abs(gap) <= _half(*hours)
    return Covered(
        cell, ours / max(judged, 1), iid / cell.runs, blocks / cell.runs, judged / cell.runs
    )


def _interval(cell: Cell, pair: tuple[Floats, Floats]) -> tuple[float | None, float | None]:
    by_hour = [x.reshape(len(x), -1, MINUTES) for x in pair]
    if cell.share is not None:
        ours, theirs = (Distribution.of_samples(x, 1_024) for x in by_hour)
        figure = quantile_gap(ours, theirs, cell.share, target=Target.KIND).figure
        return figure.low, figure.high
    totals = [np.stack([x.sum(axis=2), np.full(x.shape[:2], 60.0)], axis=-1) for x in by_hour]
    (gap,) = fleet_gap(log_ratio(0, 1), totals[0], totals[1], target=Target.KIND)
    return gap.figure.low, gap.figure.high


def _fleets(cell: Cell, rng: np.random.Generator) -> tuple[Floats, Floats]:
    minutes = 24 * 60 * cell.days
    traffic = TRAFFIC * _wave((minutes,), cell.phi, rng)
    ours, theirs = (
        np.exp(
            cell.tail
            * (
                traffic
                + NODE_SD * rng.standard_normal((nodes, 1))
                + np.sqrt(WAVE) * _wave((minutes,), cell.phi, rng)
                + np.sqrt(1 - WAVE) * _wave((nodes, minutes), cell.phi, rng)
            )
        )
        for nodes in cell.nodes
    )
    return ours, theirs


def _wave(shape: tuple[int, ...], phi: float, rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal(shape) * np.sqrt(1 - phi**2)
    noise[..., 0] /= np.sqrt(1 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], noise), np.float64)


def _half(ours: Floats, theirs: Floats) -> float:
    """Half the 95 % interval of a log ratio of means, as if the values were independent."""
    errors = (side.var() / side.size / side.mean() ** 2 for side in (ours, theirs))
    return 1.96 * float(np.sqrt(sum(errors)))
