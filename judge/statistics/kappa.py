"""How far two raters agree, and how far beyond chance. NaN marks a missing grade."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from judge.statistics.estimate import CONFIDENCE, Clusters, Estimate, Values
from judge.statistics.mean import LEAST_CLUSTERS, clustered_error, mean_interval

MOST_CATEGORIES = 20
"""Scores with more different values are measured and not sorted into categories."""

NO_COMMON = "no item was graded by both"


def agreement(
    judge: Values,
    human: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The share of items graded by both on which they say exactly the same."""
    both = ~(np.isnan(judge) | np.isnan(human))
    if not both.any():
        return Estimate.without_interval(NO_COMMON, method="agreement")
    same = (judge == human)[both].astype(np.float64)
    return mean_interval(same, None if clusters is None else clusters[both], confidence)


def cohen_kappa(
    first: Values,
    second: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
    *,
    squared: bool = False,
) -> Estimate:
    """Agreement beyond chance of two raters, each distinct value a category of its own.

    Cohen 1960 (Educ. Psychol. Meas. 20:37-46); `squared` counts a near miss as little, by the squared
    distance of the values (Cohen 1968, Psychol. Bull. 70:213-220). The interval uses the large-sample
    variance of Fleiss, Cohen & Everitt 1969 (Psychol. Bull. 72:323-327), summed by cluster where there are
    any. 1 is full agreement, 0 what chance gives. Undefined where both put everything in one category.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    n, method = int(both.sum()), "Cohen's kappa, squared weights" if squared else "Cohen's kappa"
    if n == 0:
        return Estimate.without_interval(NO_COMMON, method=method)
    values, codes = np.unique(np.concatenate([first[both], second[both]]), return_inverse=True)
    if values.size > MOST_CATEGORIES:
        reason = f"{values.size} different values are no categories, most are {MOST_CATEGORIES}"
        return Estimate.without_interval(reason, n=n, method=method)
    if values.size == 1:
        reason = "both put every item in the same category"
        return Estimate.without_interval(reason, n=n, method=method)
    value, slopes = _kappa(codes[:n], codes[n:], _weights(values, squared=squared))
    groups = np.arange(n) if clusters is None else np.unique(clusters[both], return_inverse=True)[1]
    error, freedom = _error(slopes, groups)
    if freedom < LEAST_CLUSTERS - 1 and freedom + 1 < n:
        reason = f"only {freedom + 1} clusters, an interval needs {LEAST_CLUSTERS}"
    elif not error > 1e-12:  # rounding's share of nothing  # noqa: PLR2004
        reason = "without spread the variance formula cannot tell"
    else:
        upper = (1 + confidence) / 2
        half = error * float(stdtrit(freedom, upper) if freedom + 1 < n else ndtri(upper))
        return Estimate(value, value - half, value + half, n, method).clipped(-1, 1)
    return Estimate.without_interval(reason, value=value, n=n, method=method)


def _weights(values: Values, *, squared: bool) -> Values:
    """1 on the diagonal; elsewhere 0, or by `squared` less the farther two values lie apart."""
    if not squared:
        return np.eye(values.size)
    return 1 - (np.subtract.outer(values, values) / np.ptp(values)) ** 2


def _kappa(
    rows: NDArray[np.intp], columns: NDArray[np.intp], weights: Values
) -> tuple[float, Values]:
    """Kappa, and per item by how much more of its kind would move it."""
    shares = np.zeros(weights.shape)
    np.add.at(shares, (rows, columns), 1)
    shares /= rows.size
    by_row, by_column = shares.sum(axis=1), shares.sum(axis=0)
    observed, by_chance = np.sum(weights * shares), by_row @ weights @ by_column
    chance_slopes = (weights @ by_column)[:, None] + (by_row @ weights)[None, :]
    room = 1 - by_chance
    slopes = weights / room - (1 - observed) * chance_slopes / room**2
    return float((observed - by_chance) / room), slopes[rows, columns]


def _error(slopes: Values, groups: NDArray[np.intp]) -> tuple[float, int]:
    """The standard error of kappa, and its degrees of freedom."""
    n, count = slopes.size, int(groups.max()) + 1
    centred = (slopes - slopes.mean()) / n
    if count == n:
        return float(np.sqrt(np.sum(centred**2))), n - 1
    sums = np.bincount(groups, weights=centred, minlength=count).astype(np.float64)
    return (clustered_error(sums) if count > 1 else float("nan")), count - 1
