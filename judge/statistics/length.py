"""Does the judge prefer the longer answer, and do people?"""

import numpy as np
from numpy.typing import NDArray

from judge.statistics.estimate import CONFIDENCE, Clusters, Estimate, Values
from judge.statistics.mean import mean_interval

TIE = 0.5


def length_preference(
    first: Values,
    lengths: NDArray[np.int64],
    clusters: Clusters | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The share of pairs in which the longer answer is preferred, of those that are decided.

    `first[i]` is the score of pair i, 1 for its first answer; `lengths[i]` those of its two answers. Ties,
    NaN and pairs of equal length are left out. One half is no preference only where length and quality have
    nothing to do with each other: compare with the same figure of people's labels.
    """
    longer = np.sign(lengths[:, 0] - lengths[:, 1])
    decided = ~np.isnan(first) & (first != TIE) & (longer != 0)
    if not decided.any():
        return Estimate.without_interval("no pair was decided", method="length preference")
    prefers = ((first > TIE) == (longer > 0))[decided].astype(np.float64)
    return mean_interval(prefers, None if clusters is None else clusters[decided], confidence)
