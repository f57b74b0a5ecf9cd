"""Blocks of series to detect in."""

import numpy as np
from numpy.typing import NDArray

from reinfra.model import MINUTE, SeriesBlock, SeriesKey

STEP = 10 * MINUTE
START = 1_763_683_200_000  # 2025-11-21T00:00:00Z


def block_of(
    values: NDArray[np.float64], step: int = STEP, metric: str = "test.metric"
) -> SeriesBlock:
    """NaN is "no sample"."""
    keys = tuple(SeriesKey.of(metric, {"series": str(row)}) for row in range(len(values)))
    at = START + step * np.arange(values.shape[1])
    return SeriesBlock(keys, at, values, ~np.isnan(values), step)


def daily_wave(series: int, points: int, seed: int = 0, per_day: int = 144) -> NDArray[np.float64]:
    """A daily wave with noise around 10, different in each series."""
    noise = np.random.default_rng(seed).normal(0, 0.3, (series, points))
    phase = np.arange(series)[:, None]
    return 10 + 3 * np.sin(2 * np.pi * np.arange(points) / per_day + phase) + noise


def until(block: SeriesBlock, end: int) -> SeriesBlock:
    """What was known of the block before its sample `end`."""
    return SeriesBlock(
        block.keys, block.at[:end], block.values[:, :end], block.mask[:, :end], block.step
    )
