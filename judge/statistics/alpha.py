"""Agreement of any number of raters, some of whom may have skipped some items."""

import enum

import numpy as np

from judge.statistics.estimate import CONFIDENCE, NAN, Estimate, Values
from judge.statistics.kappa import MOST_CATEGORIES

RESAMPLES = 1_000
MOST_CELLS = 50_000_000
"""Items times resamples; with very many items fewer resamples tell the same."""

_BLOCK = 2_000_000


class Level(enum.StrEnum):
    """What differs by how much: names are equal or not, ranks and numbers lie nearer or farther apart."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def krippendorff_alpha(
    ratings: Values,
    generator: np.random.Generator,
    confidence: float = CONFIDENCE,
    level: Level = Level.NOMINAL,
) -> Estimate:
    """Agreement of any number of raters; `ratings[item, rater]`, NaN not rated.

    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". Items rated once say nothing and are
    left out. The interval is a percentile bootstrap over items, drawn from `generator`; ranks are those of
    the whole set in every resample.
    """
    ratings = ratings[np.sum(~np.isnan(ratings), axis=1) > 1]
    method = f"Krippendorff's alpha, {level}"
    n = len(ratings)
    if n == 0:
        return Estimate.without_interval("no item has two ratings", method=method)
    different = np.unique(ratings[~np.isnan(ratings)])
    if different.size == 1:
        return Estimate.without_interval("every rating is the same category", n=n, method=method)
    if level is Level.NOMINAL and different.size > MOST_CATEGORIES:
        reason = f"{different.size} different values are no categories, most are {MOST_CATEGORIES}"
        return Estimate.without_interval(reason, n=n, method=method)
    sums = _nominal(ratings, different) if level is Level.NOMINAL else _squared(ratings, level)
    value = float(_alpha(sums, np.ones((1, n)), level)[0])
    drawn = _resampled(sums, level, generator)
    if np.isnan(drawn).all():
        return Estimate.without_interval("no resample differs", value=value, n=n, method=method)
    low, high = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist()
    return Estimate(value, low, high, n, method)


def _nominal(ratings: Values, different: Values) -> Values:
    """Per item: how far its ratings disagree, how many there are, and how many of each category."""
    counts = np.stack([np.sum(ratings == category, axis=1) for category in different], axis=1)
    raters = counts.sum(axis=1)
    disagreeing = (raters**2 - np.sum(counts**2, axis=1)) / (raters - 1)
    return np.column_stack([disagreeing, raters, counts]).astype(np.float64)


def _squared(ratings: Values, level: Level) -> Values:
    """Per item: how far its ratings disagree, how many there are, their sum and their sum of squares.

    Krippendorff's ordinal difference is that of mid-ranks, so ranks are numbers like any other.
    """
    known = ~np.isnan(ratings)
    values = np.full(ratings.shape, NAN)
    given = ratings[known]
    values[known] = _mid_ranks(given) if level is Level.ORDINAL else given
    values -= np.nanmean(values)
    raters, total = known.sum(axis=1), np.nansum(values, axis=1)
    squares = np.nansum(values**2, axis=1)
    disagreeing = 2 * (raters * squares - total**2) / (raters - 1)
    return np.column_stack([disagreeing, raters, total, squares])


def _alpha(sums: Values, weights: Values, level: Level) -> Values:
    """Alpha of each row of `weights`, which says how often each item counts."""
    totals = weights @ sums
    observed, size = totals[:, 0], totals[:, 1]
    if level is Level.NOMINAL:
        expected = (size**2 - np.sum(totals[:, 2:] ** 2, axis=1)) / (size - 1)
    else:
        expected = 2 * (size * totals[:, 3] - totals[:, 2] ** 2) / (size - 1)
    return np.asarray(1 - observed / np.where(expected > 1e-9 * size, expected, np.nan))


def _mid_ranks(values: Values) -> Values:
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(middles[codes])


def _resampled(sums: Values, level: Level, generator: np.random.Generator) -> Values:
    """Items that were rated alike are drawn together: how many of each kind is all that counts."""
    kinds, counts = np.unique(sums, axis=0, return_counts=True)
    resamples = max(200, min(RESAMPLES, MOST_CELLS // len(kinds)))
    block = max(1, _BLOCK // len(kinds))
    shares = counts / len(sums)
    drawn = [
        _alpha(kinds, generator.multinomial(len(sums), shares, size).astype(np.float64), level)
        for size in [block] * (resamples // block) + [resamples % block]
        if size
    ]
    return np.concatenate(drawn)
