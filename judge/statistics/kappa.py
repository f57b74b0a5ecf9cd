"""How far two raters agree, and how far beyond chance. NaN marks a missing grade."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from judge.statistics.estimate import CONFIDENCE, Clusters, Estimate, Values
from judge.statistics.mean import LEAST_CLUSTERS, mean_interval

Counts = NDArray[np.float64]
"""`counts[i, j]`: how many items the first rater put in category i and the second in category j."""


def agreement(
    judge: Values,
    human: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The share of items graded by both on which they say exactly the same."""
    both = ~(np.isnan(judge) | np.isnan(human))
    if not both.any():
        return Estimate.without_interval("no item was graded by both", method="agreement")
    same = (judge == human)[both].astype(np.float64)
    return mean_interval(same, None if clusters is None else clusters[both], confidence)


def cohen_kappa(
    first: Values,
    second: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Agreement beyond chance of two raters, each distinct value a category of its own.

    Cohen 1960 (Educ. Psychol. Meas. 20:37-46). The interval uses the large-sample variance of Fleiss,
    Cohen & Everitt 1969 (Psychol. Bull. 72:323-327); with clusters the delete-one-cluster jackknife.
    1 is full agreement, 0 what chance gives. Undefined where both put everything in one category.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    n, method = int(both.sum()), "Cohen's kappa"
    if n == 0:
        return Estimate.without_interval("no item was graded by both", method=method)
    groups = None if clusters is None else clusters[both]
    tables = _tables(first[both], second[both], groups)
    value = float(_kappa(tables.sum(axis=0)))
    if np.isnan(value):
        reason = "both put every item in the same category"
        return Estimate.without_interval(reason, n=n, method=method)
    clustered = len(tables) > 1
    if clustered and len(tables) < LEAST_CLUSTERS:
        reason = f"only {len(tables)} clusters, an interval needs {LEAST_CLUSTERS}"
        return Estimate.without_interval(reason, value=value, n=n, method=method)
    error = _jackknife_error(tables) if clustered else _kappa_error(tables[0])
    if not error > 0:
        reason = (
            "the agreement is perfect or without spread, which the variance formula cannot tell"
        )
        return Estimate.without_interval(reason, value=value, n=n, method=method)
    upper = (1 + confidence) / 2
    half = error * float(stdtrit(len(tables) - 1, upper) if clustered else ndtri(upper))
    return Estimate(value, value - half, value + half, n, method).clipped(-1, 1)


def _tables(first: Values, second: Values, clusters: Clusters | None) -> Counts:
    """One table of counts per cluster, stacked; a single one where every item stands alone."""
    categories, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    rows, columns = codes[: first.size], codes[first.size :]
    groups = np.zeros(first.size, np.intp)
    if clusters is not None and np.unique(clusters).size < clusters.size:
        groups = np.unique(clusters, return_inverse=True)[1]
    tables = np.zeros((int(groups.max()) + 1, categories.size, categories.size))
    np.add.at(tables, (groups, rows, columns), 1)
    return tables


def _kappa(counts: Counts) -> Counts:
    """Kappa of each table in the last two axes; NaN where chance alone would agree always."""
    shares = counts / counts.sum(axis=(-2, -1), keepdims=True)
    observed = np.trace(shares, axis1=-2, axis2=-1)
    by_chance = np.sum(shares.sum(axis=-1) * shares.sum(axis=-2), axis=-1)
    room = np.where(by_chance < 1 - 1e-12, 1 - by_chance, np.nan)
    return np.asarray((observed - by_chance) / room)


def _kappa_error(counts: Counts) -> float:
    shares = counts / counts.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, by_chance = np.trace(shares), rows @ columns
    weights = -(columns[:, None] + rows[None, :]) * (1 - observed)
    np.fill_diagonal(weights, (1 - by_chance) - (rows + columns) * (1 - observed))
    centre = observed * by_chance - 2 * by_chance + observed
    variance = (np.sum(shares * weights**2) - centre**2) / (1 - by_chance) ** 4 / counts.sum()
    return float(np.sqrt(max(variance, 0.0)))


def _jackknife_error(tables: Counts) -> float:
    """NaN where leaving one cluster out leaves kappa undefined."""
    left_out = _kappa(tables.sum(axis=0) - tables)
    count = len(tables)
    return float(np.sqrt((count - 1) / count * np.sum((left_out - left_out.mean()) ** 2)))
