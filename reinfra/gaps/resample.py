"""Rows drawn again with replacement, and the statistics of each draw.

Rows are resampled as if they were independent. A benchmark file has no usable time order, so nothing
better can be done with it, and the interval is optimistic; telemetry goes through fleet_interval.
"""

import numpy as np
from numpy.typing import NDArray

from reinfra.gaps.figure import Draws
from reinfra.gaps.runs import Runs

OPTIMISTIC = "rows resampled as independent: the file has no usable time order, so the interval is optimistic"

Multiplicity = NDArray[np.int64]
"""How often each draw holds each row: [1 + draws, rows]; draw 0 is the data, each row once."""


def resample(rows: int, draws: int, rng: np.random.Generator) -> Multiplicity:
    drawn = rng.multinomial(rows, np.full(rows, 1 / rows), size=draws)
    return np.vstack([np.ones((1, rows), np.int64), drawn])


def request_median(runs: Runs, per_round: NDArray[np.float64], times: Multiplicity) -> Draws:
    """Per draw, the median over requests of a round's value; a failed request took for ever.

    Without failures and at one concurrency this is the median over rounds. It is infinite where half
    of the requests failed.
    """
    values = np.concatenate([per_round, np.full(len(runs), np.inf)])
    requests = np.concatenate([runs.successes, runs.errors])
    return weighted_median(values, requests, np.hstack([times, times]))


def weighted_median(
    values: NDArray[np.float64], weights: NDArray[np.int64], times: Multiplicity
) -> Draws:
    """The median of each draw, where value i stands for `weights[i]` equal ones."""
    held = np.flatnonzero(weights > 0)
    order = held[np.argsort(values[held])]
    reached = np.cumsum(times[:, order] * weights[order], axis=1)
    half = reached[:, -1:] / 2
    lower = values[order][np.argmax(reached >= half, axis=1)]
    upper = values[order][np.argmax(reached > half, axis=1)]
    return np.asarray((lower + upper) / 2, np.float64)


def total(column: NDArray[np.float64] | NDArray[np.int64], times: Multiplicity) -> Draws:
    """The sum of a column in each draw; NaN where a row that was drawn is NaN."""
    known = np.where(np.isnan(column), 0.0, column)
    summed = np.asarray(times @ known, np.float64)
    blind = (times[:, np.isnan(column)] > 0).any(axis=1)
    return np.where(blind, np.nan, summed)
