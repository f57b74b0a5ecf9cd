"""Agreement of any number of raters, some of whom may have skipped some items."""

import numpy as np
from numpy.typing import NDArray

from judge.statistics.estimate import CONFIDENCE, Estimate, Values

RESAMPLES = 1_000


def krippendorff_alpha(
    ratings: Values, generator: np.random.Generator, confidence: float = CONFIDENCE
) -> Estimate:
    """Agreement of any number of raters on nominal categories; `ratings[item, rater]`, NaN not rated.

    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". Items rated once say nothing and are
    left out. The interval is a percentile bootstrap over items, drawn from `generator`.
    """
    ratings = ratings[np.sum(~np.isnan(ratings), axis=1) > 1]
    method = "Krippendorff's alpha"
    if len(ratings) == 0:
        return Estimate.without_interval("no item has two ratings", method=method)
    categories = np.unique(ratings[~np.isnan(ratings)])
    counts = np.stack([np.sum(ratings == category, axis=1) for category in categories], axis=1)
    value = float(_alpha(counts, np.ones((1, len(counts))))[0])
    if np.isnan(value):
        reason = "every rating is the same category"
        return Estimate.without_interval(reason, n=len(counts), method=method)
    weights = generator.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES)
    drawn = _alpha(counts, weights.astype(np.float64))
    low, high = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist()
    return Estimate(value, low, high, len(counts), method)


def _alpha(counts: NDArray[np.int64], weights: Values) -> Values:
    """Alpha of each row of `weights`, which says how often each item counts."""
    raters = counts.sum(axis=1)
    disagreeing = (raters**2 - np.sum(counts**2, axis=1)) / (raters - 1)
    observed = weights @ disagreeing
    totals = weights @ counts
    size = totals.sum(axis=1)
    expected = (size**2 - np.sum(totals**2, axis=1)) / (size - 1)
    return np.asarray(1 - observed / np.where(expected > 0, expected, np.nan))
