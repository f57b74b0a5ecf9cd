"""Fewer points for a chart, none of which hides an extreme or a point that was flagged."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_KEPT = 4  # of each stretch: first, lowest, highest and last


def thin(
    at: NDArray[np.int64],
    value: NDArray[np.float64],
    points: int,
    flagged: Iterable[int] = (),
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """At most about `points` of the samples, as they are, by time, and every one whose time is flagged.

    Each stretch of equal length keeps its first, lowest, highest and last sample (M4: Jugel et al.,
    VLDB 2014, which draws the same line), so no peak is lost. A NaN is kept where a stretch has only NaN.
    """
    if at.size <= points:
        return at, value
    stretches = max(points // _KEPT, 1)
    edges = np.linspace(at[0], at[-1] + 1, stretches + 1)
    starts = np.unique(np.searchsorted(at, edges[:-1]))
    ends = np.append(starts[1:], at.size)
    kept = [starts, ends - 1, np.flatnonzero(np.isin(at, np.fromiter(flagged, np.int64)))]
    stretch = np.repeat(np.arange(starts.size), ends - starts)
    for sign in (1, -1):
        order = np.lexsort((sign * value, stretch))  # NaN comes last either way
        kept.append(order[starts])
    index = np.unique(np.concatenate(kept))
    return at[index], value[index]
