"""A mean corrected by human labels: many verdicts, a few labels, and an interval that holds.

PPI++ with power tuning: Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453, section 6.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from judge.statistics.estimate import CONFIDENCE, Clusters, Estimate, Values
from judge.statistics.mean import LEAST_CLUSTERS, clustered_error, mean_interval

LEAST_LABELS = 100
"""With 50 labels the interval covered .90 to .93 of the time instead of .95 for some judges."""


def ppi_mean(
    predicted: Values,
    human: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The mean human score of all items, from verdicts on all and human labels on some.

    `predicted[i]` is the judge's score of item i, `human[i]` the human one, both 0 to 1; NaN in `human`
    is an item without a label. The labelled items must be a random sample of all items.

    NaN in `predicted` is an item without a valid verdict. It stays in, at the judge's mean: the method is
    valid for any prediction, while dropping such items would estimate only the easy ones.

    Fewer than LEAST_LABELS labels give no interval and no corrected value.
    """
    labelled = ~np.isnan(human)
    count = int(labelled.sum())
    if count < LEAST_LABELS:
        reason = f"{count} human labels, the correction needs {LEAST_LABELS}"
        return Estimate.without_interval(reason, n=predicted.size, method="PPI++")
    if labelled.all() or np.isnan(predicted).all() or np.nanstd(predicted) == 0:
        # Nothing to gain: all are labelled already, or the judge tells no item from another.
        return mean_interval(human, clusters, confidence).labelled("labels only")
    return _tuned(_imputed(predicted), human, clusters, confidence)


def _imputed(predicted: Values) -> Values:
    return np.where(np.isnan(predicted), np.nanmean(predicted), predicted)


def _tuned(
    predicted: Values, human: Values, clusters: Clusters | None, confidence: float
) -> Estimate:
    labelled = ~np.isnan(human)
    power = tuned_power(predicted, human)
    residual = human[labelled] - power * predicted[labelled]
    rest = power * predicted[~labelled]
    value = float(rest.mean() + residual.mean())
    # The estimate is a sum of one independent contribution per item, so its variance is too.
    parts = np.empty(predicted.size)
    parts[labelled] = (residual - residual.mean()) / residual.size
    parts[~labelled] = (rest - rest.mean()) / rest.size
    error, freedom = _error(parts, labelled, clusters)
    if residual.std() == 0 or freedom < LEAST_CLUSTERS - 1:
        return mean_interval(human, clusters, confidence).labelled("labels only")
    half = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    low, high = value - half, value + half
    return Estimate(value, low, high, predicted.size, "PPI++").clipped(0, 1)


def tuned_power(predicted: Values, human: Values) -> float:
    """How far to trust the verdicts: lambda of PPI++, from 0 (labels only) to 1 (PPI)."""
    labelled = ~np.isnan(human)
    ratio = labelled.sum() / (~labelled).sum()
    together = np.cov(human[labelled], predicted[labelled])[0, 1]
    return float(np.clip(together / ((1 + ratio) * predicted.var(ddof=1)), 0, 1))


def _error(
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
