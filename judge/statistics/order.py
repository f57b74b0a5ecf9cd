"""Does the judge say the same when the two answers change places?"""

import numpy as np

from judge.statistics.estimate import CONFIDENCE, Clusters, Estimate, Values
from judge.statistics.mean import mean_interval


def flip_rate(
    ab: Values,
    ba: Values,
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The share of pairs on which the two orders disagree.

    `ab[i]` and `ba[i]` are the scores of pair i in the two orders, both mapped to the same answer; a pair
    with NaN in either is left out. A judge whose first and second picks balance can still flip on a third
    of the pairs, so a mean position preference is no substitute (Wang et al. 2023, arXiv:2305.17926).
    """
    both = ~(np.isnan(ab) | np.isnan(ba))
    if not both.any():
        return Estimate.without_interval("no pair was judged in both orders", method="flip rate")
    flips = (ab != ba)[both].astype(np.float64)
    return mean_interval(flips, None if clusters is None else clusters[both], confidence)
