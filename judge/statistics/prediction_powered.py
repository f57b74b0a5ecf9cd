"""A mean corrected by human labels: many verdicts, a few labels, and an interval that holds.

PPI++ with power tuning: Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453, section 6.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from judge.statistics.estimate import CONFIDENCE, Clusters, Estimate, Values
from judge.statistics.mean import UNIT, Bounds, clustered_error, mean_interval

LEAST_LABELS = 100
"""With 50 labels the interval covered .90 to .93 of the time instead of .95 for some judges."""

LEAST_GROUPS = 20
"""Labels, or clusters of them, below which the spread of their residuals is too little known."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """A corrected mean as a sum: item i moves it by `parts[i]`, and all parts add up to nothing.

    `power` is PPI++'s lambda; `certain` says that no residual differs, so that the parts show no doubt.
    """

    value: float
    parts: Values
    power: float
    certain: bool


def ppi_mean(
    predicted: Values,
    human: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
    bounds: Bounds = UNIT,
) -> Estimate:
    """The mean human score of all items, from verdicts on all and human labels on some.

    `predicted[i]` is the judge's score of item i, `human[i]` the human one; NaN in `human`
    is an item without a label. The labelled items must be a random sample of all items.

    NaN in `predicted` is an item without a valid verdict. It stays in, at the judge's mean: the method is
    valid for any prediction, while dropping such items would estimate only the easy ones.

    Fewer than LEAST_LABELS labels give no interval and no corrected value. The interval is the paper's, by the
    normal distribution; with clusters by t on those that hold a label.
    """
    labelled = ~np.isnan(human)
    count = int(labelled.sum())
    if count < LEAST_LABELS:
        return too_few(count, predicted.size)
    if nothing_to_gain(predicted, human):
        return mean_interval(human, clusters, confidence, bounds).labelled("labels only")
    corrected = correct(imputed(predicted), human)
    error, freedom = standard_error(corrected.parts, labelled, clusters)
    if corrected.certain or freedom < LEAST_GROUPS - 1:
        return mean_interval(human, clusters, confidence, bounds).labelled("labels only")
    upper = (1 + confidence) / 2
    clustered = freedom + 1 < count
    half = error * float(stdtrit(freedom, upper) if clustered else ndtri(upper))
    low, high = corrected.value - half, corrected.value + half
    return Estimate(corrected.value, low, high, predicted.size, "PPI++").clipped(*bounds)


def too_few(labels: int, n: int) -> Estimate:
    """Of `n` items so few have a label that no mean of a judge is corrected by them."""
    reason = f"{labels} human labels, the correction needs {LEAST_LABELS}"
    return Estimate.without_interval(reason, n=n, method="PPI++")


def nothing_to_gain(predicted: Values, human: Values) -> bool:
    """All are labelled already, or the judge tells no item from another."""
    return bool(not np.isnan(human).any() or np.isnan(predicted).all() or np.nanstd(predicted) == 0)


def imputed(predicted: Values) -> Values:
    """Items without a valid verdict at the judge's mean."""
    return np.where(np.isnan(predicted), np.nanmean(predicted), predicted)


def correct(predicted: Values, human: Values, power: float | None = None) -> Corrected:
    """`power` is tuned unless given; some items must have a label and some none."""
    labelled = ~np.isnan(human)
    power = tuned_power(predicted, human) if power is None else power
    residual = human[labelled] - power * predicted[labelled]
    rest = power * predicted[~labelled]
    # The estimate is a sum of one independent contribution per item, so its variance is too.
    parts = np.empty(predicted.size)
    parts[labelled] = (residual - residual.mean()) / residual.size
    parts[~labelled] = (rest - rest.mean()) / rest.size
    value = float(rest.mean() + residual.mean())
    return Corrected(value, parts, power, bool(np.ptp(residual) < 1e-12))  # noqa: PLR2004 - rounding


def tuned_power(predicted: Values, human: Values) -> float:
    """How far to trust the verdicts: lambda of PPI++, from 0 (labels only) to 1 (PPI)."""
    labelled = ~np.isnan(human)
    ratio = labelled.sum() / (~labelled).sum()
    together = np.cov(human[labelled], predicted[labelled])[0, 1]
    spread = (1 + ratio) * predicted.var(ddof=1)
    return float(np.clip(together / spread, 0, 1)) if spread > 0 else 0.0


def standard_error(
    parts: Values, labelled: NDArray[np.bool_], clusters: Clusters | None
) -> tuple[float, int]:
    """The standard error of the sum of `parts`, and the degrees of freedom of the labelled side."""
    if clusters is None or np.unique(clusters).size == clusters.size:
        sides = (parts[labelled], parts[~labelled])
        variance = sum(side.size * side.var(ddof=1) for side in sides if side.size > 1)
        return float(np.sqrt(variance)), int(labelled.sum()) - 1
    codes = np.unique(clusters, return_inverse=True)[1]
    freedom = np.unique(clusters[labelled]).size - 1
    return clustered_error(np.bincount(codes, weights=parts).astype(np.float64)), freedom
