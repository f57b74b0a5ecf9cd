"""Intervals for a mean of scores. NaN scores are left out: unknown is no score."""

from typing import Final

import numpy as np
from scipy.special import ndtri, stdtrit

from judge.statistics.estimate import CONFIDENCE, NAN, Clusters, Estimate, Values

LEAST_CLUSTERS = 20
"""Below about 20 clusters the sandwich is too narrow to trust (Cameron & Miller 2015, section VI)."""

Bounds = tuple[float, float]
UNIT: Final[Bounds] = (0.0, 1.0)
UNBOUNDED: Final[Bounds] = (-np.inf, np.inf)
"""Where a mean can lie at all; an interval is cut to it."""


def mean_interval(
    values: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
    bounds: Bounds = UNIT,
) -> Estimate:
    """The interval that fits: clustered where items share a cluster, Wilson for 0/1, else Student's t."""
    known = ~np.isnan(values)
    values = values[known]
    if clusters is not None and np.unique(clusters[known]).size < values.size:
        return cluster_mean(values, clusters[known], confidence, bounds)
    if bounds == UNIT and values.size and bool(np.isin(values, UNIT).all()):
        return wilson(float(values.sum()), values.size, confidence)
    return student_mean(values, confidence, bounds)


def wilson(successes: float, trials: int, confidence: float = CONFIDENCE) -> Estimate:
    """The score interval of a proportion (Wilson 1927, JASA 22:209-212); sane at 0 and 1.

    `successes` may hold halves for ties; the interval is then wider than it need be.
    """
    if trials <= 0:
        return Estimate.without_interval("nothing was counted", method="Wilson")
    z = float(ndtri((1 + confidence) / 2))
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z * np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2) / (1 + z**2 / trials)
    # Rounding may leave the bound a hair inside the share it must hold, at 0 and at 1.
    low, high = min(centre - half, share), max(centre + half, share)
    return Estimate(share, float(low), float(high), trials, "Wilson").clipped(0, 1)


def student_mean(values: Values, confidence: float = CONFIDENCE, bounds: Bounds = UNIT) -> Estimate:
    """Student's t (1908), which takes the items to be independent."""
    values = values[~np.isnan(values)]
    if values.size == 0:
        return Estimate.without_interval("there is no score", method="Student t")
    mean, n = float(values.mean()), values.size
    spread = float(values.std(ddof=1)) if n > 1 else 0.0
    if spread == 0:
        reason = "one score has no spread" if n == 1 else "all scores are equal"
        return Estimate.without_interval(reason, value=mean, n=n, method="Student t")
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * spread / np.sqrt(n)
    return Estimate(mean, float(mean - half), float(mean + half), n, "Student t").clipped(*bounds)


def cluster_mean(
    values: Values, clusters: Clusters, confidence: float = CONFIDENCE, bounds: Bounds = UNIT
) -> Estimate:
    """The mean of items that come in groups, with the sandwich variance that groups call for.

    Liang & Zeger 1986 (Biometrika 73:13-22), with the G / (G - 1) correction and t on G - 1 degrees of
    freedom (Cameron & Miller 2015, J. Human Resources 50:317-372). Nine answers to one question are
    nearly one observation; taking them for nine makes the interval less than half as wide as it is.
    """
    known = ~np.isnan(values)
    values, clusters = values[known], clusters[known]
    groups, codes = np.unique(clusters, return_inverse=True)
    count, n, method = groups.size, values.size, "cluster-robust t"
    mean = float(values.mean()) if n else NAN
    if count < LEAST_CLUSTERS:
        reason = f"only {count} clusters, an interval needs {LEAST_CLUSTERS}"
        return Estimate.without_interval(reason, value=mean, n=n, method=method)
    error = clustered_error(np.bincount(codes, weights=values - mean, minlength=count) / n)
    if error == 0 and bounds == UNIT:
        return wilson(mean * count, count, confidence).labelled("Wilson on clusters")
    if error == 0:
        return Estimate.without_interval("all clusters are equal", value=mean, n=n, method=method)
    half = float(stdtrit(count - 1, (1 + confidence) / 2)) * error
    return Estimate(mean, mean - half, mean + half, n, method).clipped(*bounds)


def clustered_error(sums: Values) -> float:
    """The standard error of a sum, given the centred contribution of each independent cluster to it."""
    return float(np.sqrt(sums.size / (sums.size - 1) * np.sum(sums**2)))
