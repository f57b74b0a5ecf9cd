"""Simulated fleets whose true gap is known: nodes that differ, hours that depend on each other, waves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float64]
VALUE, COUNT = 0, 1
SAMPLES = 60.0
MEAN = 20.0


@dataclass(frozen=True, slots=True)
class Cell:
    """Deviations are in units of a node-hour's own noise; `phi` is the correlation from hour to hour."""

    nodes: tuple[int, int]
    days: int
    phi: float
    node_sd: float = 0.0
    fleet_wave_sd: float = 0.0
    traffic_sd: float = 1.0


def fleets(cell: Cell, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Totals [node, hour, (value, count)] of two fleets with one true mean."""
    hours = 24 * cell.days
    traffic = cell.traffic_sd * wave((hours,), cell.phi, rng)
    ours, theirs = (
        MEAN
        + traffic
        + cell.fleet_wave_sd * wave((hours,), cell.phi, rng)
        + cell.node_sd * rng.standard_normal((nodes, 1))
        + wave((nodes, hours), cell.phi, rng)
        for nodes in cell.nodes
    )
    return totals(ours), totals(theirs)


def totals(means: Floats) -> Floats:
    return np.stack([means * SAMPLES, np.full(means.shape, SAMPLES)], axis=-1)


def wave(shape: tuple[int, ...], phi: float, rng: np.random.Generator) -> Floats:
    """A stationary first-order autoregression of unit variance along the last axis."""
    noise = rng.standard_normal(shape) * np.sqrt(1 - phi**2)
    noise[..., 0] /= np.sqrt(1 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], noise), np.float64)
