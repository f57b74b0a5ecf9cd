"""From scores of windows to scores of points."""

import numpy as np

from detectors.base import Floats
from detectors.windows.views import Cut

_HIGHEST = 8.0


def covered(values: Floats, cut: Cut) -> Floats:
    """For each stretch of `stride` points, the mean over the windows that cover it; NaN for none.

    Windows of NaN are left out.
    """
    reach = -(-cut.length // cut.stride)
    known = np.isfinite(values)
    sums = np.zeros((2, values.size + 1))
    np.cumsum(np.where(known, values, 0), out=sums[0, 1:])
    np.cumsum(known, out=sums[1, 1:])
    stretch = np.arange(values.size + reach - 1)
    after = np.minimum(stretch + 1, values.size)
    first = np.maximum(stretch + 1 - reach, 0)
    total, count = sums[:, after] - sums[:, first]
    mean: Floats = np.divide(total, count, out=np.full(total.size, np.nan), where=count > 0)
    return mean


def risen(values: Floats) -> Floats:
    """How many standard deviations above the mean: 0 to 8. NaN is as usual as the mean."""
    seen = values[np.isfinite(values)]
    mean, spread = (float(seen.mean()), float(seen.std())) if seen.size else (0.0, 0.0)
    lifted = (np.nan_to_num(values, nan=mean) - mean) / (spread + 1e-9 * abs(mean) + 1e-12)
    return np.clip(lifted, 0, _HIGHEST)


def cubes(values: Floats) -> Floats:
    """Added up over views and scales, what stands out in one of them is not lost among the others."""
    return values * values * values


def along(stretches: Floats, cut: Cut, size: int) -> Floats:
    """The value of its stretch for each of `size` points; the last stretch goes on to the end."""
    points = np.repeat(stretches, cut.stride)
    lack = size - points.size
    return points[:size] if lack <= 0 else np.pad(points, (0, lack), mode="edge")
