"""Fleets to detect in: siblings under one load."""

import numpy as np
from numpy.typing import NDArray

from reinfra.model import MINUTE, SeriesBlock, SeriesKey
from reinfra.signals import signals
from tests.detectors.blocks import START

HOUR_OF_CELLS = 60


def siblings(
    points: int, *, hosts: int = 1, members: int = 8, seed: int = 0, noise: float = 0.02
) -> NDArray[np.float64]:
    """Rows by host: a load that changes every hour and differs by host; each member has a bias of its own."""
    rng = np.random.default_rng(seed)
    hours = points // HOUR_OF_CELLS + 1
    load = np.repeat(rng.uniform(0.4, 0.9, (hosts, hours)), HOUR_OF_CELLS, axis=1)[:, :points]
    bias = rng.normal(0, 0.02, (hosts, members, 1))
    values = load[:, None] + bias + rng.normal(0, noise, (hosts, members, points))
    return values.reshape(hosts * members, points)


def fleet_of(
    values: NDArray[np.float64],
    metric: str = "hw.gpu.utilization",
    *,
    members: int = 8,
    step: int = MINUTE,
) -> SeriesBlock:
    """Each `members` rows are the GPUs of one host. NaN is "no sample"."""
    places = [divmod(row, members) for row in range(len(values))]
    signal = signals()[metric]
    keys = tuple(
        signal.key({"host.name": f"h{host}", "hw.id": f"GPU-{gpu}"}) for host, gpu in places
    )
    at = START + step * np.arange(values.shape[1])
    return SeriesBlock(keys, at, values, ~np.isnan(values), step)


def graded(
    passed: NDArray[np.float64], trials: NDArray[np.float64], step: int = 60 * MINUTE
) -> SeriesBlock:
    """Passes and trials of one judge; where there was no trial there is no sample."""
    labels = {"judge": "j"}
    keys = tuple(SeriesKey.of(f"reinfra.quality.{of}", labels) for of in ("successes", "trials"))
    values = np.where(trials > 0, np.stack([passed, trials]), np.nan)
    at = START + step * np.arange(trials.size)
    return SeriesBlock(keys, at, values, ~np.isnan(values), step)


def between(block: SeriesBlock, begin: int, end: int) -> SeriesBlock:
    """The columns [begin, end)."""
    part = slice(begin, end)
    return SeriesBlock(
        block.keys, block.at[part], block.values[:, part], block.mask[:, part], block.step
    )
