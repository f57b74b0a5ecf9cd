"""The points of one anomaly: seen against expected, which were over the threshold, and at which scale it shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from detectors.episodes import band
from reinfra.model import Anomaly, SeriesBlock

_TO_SIGMA = 1.4826  # of a normal distribution's median absolute deviation
_LONGEST = 512  # cells


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Columns of one length, a cell of `step` ms each; a counter's values are increases.

    `low` and `high` bound what would not have been flagged, NaN where no value was expected; `over` marks cells of
    the anomaly that are above its `threshold`.
    """

    at: NDArray[np.int64]
    seen: Floats
    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    over: NDArray[np.bool_]
    threshold: float
    step: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Over how long an anomaly stands out most: `length` ms, at `times` the usual wandering of such a mean."""

    length: int
    times: float


def points(block: SeriesBlock, scores: Scores, row: int, found: Anomaly, lead: int) -> Points:
    """Of the anomaly and `lead` ms on both sides, from the scores of a block that covers it."""
    low, high = band(block, scores, found.threshold)
    span = (block.at > found.since - lead - block.step) & (block.at <= found.until + lead)
    inside = (block.at > found.since - block.step) & (block.at <= found.until)
    over = inside & (scores.values[row] >= found.threshold)
    return Points(
        at=block.at[span],
        seen=block.values[row, span],
        expected=scores.expected[row, span],
        low=low[row, span],
        high=high[row, span],
        score=scores.values[row, span],
        over=over[span],
        threshold=found.threshold,
        step=block.step,
    )


def strongest(block: SeriesBlock, expected: Floats, row: int, found: Anomaly) -> Scale | None:
    """The window of 1, 2, 4, ... cells inside the anomaly whose mean deviation is the least usual.

    Deviations are from `expected`, or from the past median where no value was expected, in units of their
    robust spread before the anomaly; a mean of n is taken to wander as the root of n. None where there is
    too little to tell.
    """
    x = block.values[row]
    before = block.at < found.since
    usual = np.nanmedian(x[before]) if np.isfinite(x[before]).any() else np.nan
    away = x - np.where(np.isfinite(expected), expected, usual)
    past = away[before & np.isfinite(away)]
    if not past.size:
        return None
    spread = _TO_SIGMA * float(np.median(np.abs(past - np.median(past))))
    inside = away[(block.at > found.since - block.step) & (block.at <= found.until)]
    inside = inside[np.isfinite(inside)][:_LONGEST]
    if not inside.size or not spread > 0:
        return None
    total = np.concatenate([[0.0], np.cumsum(inside)])
    lengths = [1 << k for k in range(inside.size.bit_length()) if 1 << k <= inside.size]
    means = [np.abs(total[n:] - total[:-n]).max() / np.sqrt(n) / spread for n in lengths]
    best = int(np.argmax(means))
    return Scale(lengths[best] * block.step, float(means[best]))
