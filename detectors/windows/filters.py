"""What an instant's strangeness leaves behind."""

import numpy as np

from detectors.base import Floats


def averaged(x: Floats, before: float, over: float) -> Floats:
    """The exponentially weighted mean of `x` over about `over` points, `before` at its beginning."""
    from scipy.signal import lfilter

    share = 1 - np.exp(-1 / over)
    mean, _ = lfilter([share], [1, share - 1], x, zi=[(1 - share) * before])
    return np.asarray(mean, np.float64)
