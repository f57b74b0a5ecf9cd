"""What a point would have been, had its window gone like the one most like it."""

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.windows.views import Cut


def expected(x: Floats, cut: Cut, level: Floats, place: NDArray[np.intp]) -> Floats:
    """From the window in whose middle a point is closest: its nearest one's point, moved to the same mean.

    `place[window]` is the nearest window, -1 for none: NaN.
    """
    at = np.arange(x.size)
    window = np.clip((at - cut.length // 2 + cut.stride // 2) // cut.stride, 0, place.size - 1)
    twin = place[window]
    there = cut.starts[twin] + np.clip(at - cut.starts[window], 0, cut.length - 1)
    likely = x[there] - level[twin] + level[window]
    return np.where(twin < 0, np.nan, likely)
