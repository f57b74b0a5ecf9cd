"""Means of items that come in strata, labelled each by its own draw.

Stratified PPI: Fisch et al. 2024, arXiv:2406.04291. Each stratum is corrected by its own labels and
counts by its share of all items. So it may be labelled more densely than others, and a judge that
is kind to one model and harsh to another is corrected for each.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from judge.statistics.estimate import CONFIDENCE, Clusters, Estimate, Values
from judge.statistics.mean import UNIT, Bounds, clustered_error, mean_interval
from judge.statistics.prediction_powered import (
    LEAST_GROUPS,
    LEAST_LABELS,
    Corrected,
    correct,
    imputed,
    nothing_to_gain,
    ppi_mean,
    too_few,
    tuned_power,
)

Strata = NDArray[np.int64]
"""`strata[i]` names the group whose quality is asked for, from 0 without a gap."""

NO_MEAN = "a stratum without a label has no mean"


def stratified_ppi(
    predicted: Values,
    human: Values,
    strata: Strata,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
    bounds: Bounds = UNIT,
) -> Estimate:
    """As `ppi_mean`, but labelled items need to be a random sample only within their stratum.

    Where some stratum has fewer than LEAST_GROUPS labels, strata are left aside, and the labelled must be a random
    sample of all; the method then says "PPI++" and not "stratified PPI++".
    """
    labels = int((~np.isnan(human)).sum())
    if labels < LEAST_LABELS:
        return too_few(labels, human.size)
    counts = np.bincount(strata[~np.isnan(human)], minlength=int(strata.max()) + 1)
    if counts.size == 1 or counts.min() < LEAST_GROUPS:
        return ppi_mean(predicted, human, clusters, confidence, bounds)
    if nothing_to_gain(predicted, human):
        return stratified_labels(human, strata, clusters, confidence, bounds)
    columns = imputed(predicted), human, strata
    power = tuned_power(columns[0], human)
    found = _combined(columns, power, clusters, confidence, bounds)
    return found.labelled("stratified PPI++")


def stratified_labels(
    human: Values,
    strata: Strata,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
    bounds: Bounds = UNIT,
) -> Estimate:
    """The mean of the labels alone, each stratum by its share of all items and not of the labels."""
    counts = np.bincount(strata[~np.isnan(human)], minlength=int(strata.max()) + 1)
    if counts.size == 1 or counts.min() < LEAST_GROUPS:
        return mean_interval(human, clusters, confidence, bounds)
    blank = np.zeros(human.size)
    found = _combined((blank, human, strata), 0.0, clusters, confidence, bounds)
    return found.labelled("stratified labels")


def _combined(
    columns: tuple[Values, Values, Strata],
    power: float,
    clusters: Clusters | None,
    confidence: float,
    bounds: Bounds,
) -> Estimate:
    """One power for all: tuned on the few labels of one stratum it would fit their noise."""
    predicted, human, strata = columns
    farthest = float(np.nanmax(human) - np.nanmin(human)) or 1.0
    means, parts, floor = np.empty(human.size), np.empty(human.size), 0.0
    for inside in _each(strata):
        share, labels = inside.mean(), int((~np.isnan(human[inside])).sum())
        found = _stratum(predicted[inside], human[inside], power)
        means[inside], parts[inside] = found.value, share * found.parts
        # Labels that never differ still leave room for one that does, as one more would.
        floor += (share * farthest / (labels + 1)) ** 2 if found.certain else 0.0
    value = float(means.mean())
    parts += (means - value) / human.size  # other items would have come from other strata
    error, freedom = _error(parts, strata, human, clusters)
    if freedom < LEAST_GROUPS - 1:
        reason = f"only {freedom + 1} labelled clusters, an interval needs {LEAST_GROUPS}"
        return Estimate.without_interval(reason, value=value, n=human.size)
    half = float(stdtrit(freedom, (1 + confidence) / 2) * np.hypot(error, np.sqrt(floor)))
    return Estimate(value, value - half, value + half, human.size, "").clipped(*bounds)


def _stratum(predicted: Values, human: Values, power: float) -> Corrected:
    """A stratum of which all are labelled leaves nobody to predict."""
    if np.isnan(human).any():
        return correct(predicted, human, power)
    mean = float(human.mean())
    return Corrected(mean, (human - mean) / human.size, power, bool(np.ptp(human) == 0))


def _each(strata: Strata) -> Iterator[NDArray[np.bool_]]:
    for stratum in range(int(strata.max()) + 1):
        yield strata == stratum


def _error(
    parts: Values, strata: Strata, human: Values, clusters: Clusters | None
) -> tuple[float, float]:
    """The standard error of the sum, and its degrees of freedom by Welch and Satterthwaite."""
    labelled = ~np.isnan(human)
    if clusters is not None and np.unique(clusters).size < clusters.size:
        codes = np.unique(clusters, return_inverse=True)[1]
        sums = np.bincount(codes, weights=parts).astype(np.float64)
        return clustered_error(sums), np.unique(clusters[labelled]).size - 1.0
    sides = [parts[inside & side] for inside in _each(strata) for side in (labelled, ~labelled)]
    known = [
        (len(side) * float(side.var(ddof=1)), len(side) - 1) for side in sides if len(side) > 1
    ]
    within = sum(variance for variance, _ in known)
    between = sum(len(side) * float(side.mean()) ** 2 for side in sides if len(side))
    inner = sum(variance**2 / freedom for variance, freedom in known)
    freedom = within**2 / inner if inner > 0 else labelled.sum() - 1.0
    return float(np.sqrt(within + between)), float(freedom)
