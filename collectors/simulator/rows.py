"""Rows of numbers on one time grid, made into a batch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reinfra.model import Batch, SeriesKey

Row = tuple[SeriesKey, NDArray[np.float64]]
"""A series and its value at every instant of the grid."""


def to_batch(rows: Sequence[Row], at: NDArray[np.int64], gone: slice = slice(0, 0)) -> Batch:
    """All samples of all rows but those of the steps `gone`."""
    present = np.ones(at.size, bool)
    present[gone] = False
    instants = at[present]
    return Batch(
        tuple(key for key, _ in rows),
        np.repeat(np.arange(len(rows), dtype=np.int32), instants.size),
        np.tile(instants, len(rows)),
        np.stack([values[present] for _, values in rows]).ravel(),
    )


def counter(
    mean: float, shape: tuple[int, int], resets: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Running totals of rare events, `mean` per step; row i starts again at step `resets[i]`."""
    total = np.cumsum(rng.poisson(mean, shape), axis=1).astype(np.float64)
    for row, reset in enumerate(resets.tolist()):
        if reset < shape[1]:
            total[row, reset:] -= total[row, reset]
    return total
