"""Quantiles of a histogram, from the increases of its buckets: never an average of quantiles."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.model import InputError, Kind, SeriesKey
from reinfra.store.base import SampleStore, Stored

_BOUND = "le"
_BUCKETS = (Kind.HISTOGRAM, Kind.PERIOD_COUNT)
"""Totals since a start, or counts of what was at most the bound in a period (delta temporality)."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """A quantile per histogram and step: it lies in (low, high], and `estimate` is Prometheus' guess of where.

    `keys[i]` is the histogram without its `le`. All are NaN where nothing was observed in the step. In the
    lowest bucket `low` is 0 when all bounds are above 0, else -inf; in the highest `high` is inf and the
    estimate is the highest finite bound. `count` is how many observations there were.
    """

    keys: tuple[SeriesKey, ...]
    at: NDArray[np.int64]
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.float64]


def quantiles(
    store: SampleStore, selected: list[Stored], span: tuple[int, int], step: int, share: float
) -> Quantiles:
    """The `share` quantile (0 to 1) of each histogram among the selected bucket series, per step.

    Raises InputError for a series that is no bucket, and for a histogram without its +Inf bucket.
    """
    groups: dict[SeriesKey, list[int]] = {}
    for place, stored in enumerate(selected):
        groups.setdefault(_histogram(stored.key), []).append(place)
    block = store.read(selected, *span, step)
    parts = []
    for key, places in groups.items():
        bounds = np.array([float(selected[place].key.label(_BOUND)) for place in places])
        order = np.argsort(bounds)
        if not math.isinf(bounds[order[-1]]):
            raise InputError(f"{key} has no bucket with le=+Inf", todo="Select all its buckets.")
        rows = np.array(places)[order]
        counts = np.where(block.mask[rows], block.values[rows], np.nan)
        parts.append(_of(bounds[order], counts, share))
    stacked = [np.array(part) for part in zip(*parts, strict=True)] or [np.empty((0, 0))] * 4
    return Quantiles(tuple(groups), block.at, *stacked)


def _histogram(key: SeriesKey) -> SeriesKey:
    if key.kind not in _BUCKETS or not key.label(_BOUND):
        raise InputError(f"{key} is no bucket of a histogram")
    rest = {name: value for name, value in key.labels if name != _BOUND}
    return SeriesKey.of(key.metric, rest, key.kind, key.unit)


def _of(
    bounds: NDArray[np.float64], counts: NDArray[np.float64], share: float
) -> tuple[NDArray[np.float64], ...]:
    """Estimate, low, high and count per step, of cumulative counts (bounds x steps)."""
    whole = np.maximum.accumulate(np.nan_to_num(counts), axis=0)  # scrapes can tear a histogram
    total = whole[-1]
    seen = ~np.isnan(counts).any(axis=0) & (total > 0)
    rank = share * total
    bucket = np.argmax(whole >= rank, axis=0)
    steps = np.arange(total.size)
    below = np.where(bucket > 0, whole[bucket - 1, steps], 0.0)
    inside = np.maximum(whole[bucket, steps] - below, 1e-300)
    lowest = 0.0 if bounds[0] > 0 else -math.inf
    low = np.where(bucket > 0, bounds[bucket - 1], lowest)
    high = bounds[bucket]
    part = np.clip((rank - below) / inside, 0, 1)
    with np.errstate(invalid="ignore"):
        estimate = np.where(np.isinf(high), low, low + (high - low) * part)
    estimate = np.where(np.isinf(low) & ~np.isinf(high), high, estimate)
    made = (np.where(seen, one, np.nan) for one in (estimate, low, high))
    return (*made, np.where(seen, total, np.nan))
