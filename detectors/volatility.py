"""How restless a series is lately, against how restless it usually is."""

import math

import numpy as np

from detectors.base import Floats

_NORMAL = 0.8
"""The mean of |x| for a standard normal x, about: what an error in units of its scale starts from."""


def volatility(errors: Floats, fast: float, slow: float, most: float = 4.0) -> Floats:
    """For each error the factor, 1 to `most`, by which its scale is widened; from earlier errors only.

    `errors` are absolute, in units of their usual size; `fast` and `slow` are the time constants, in
    points, of the two exponentially weighted means whose ratio this is. Errors above 6 count
    as 6, so that one spike does not blind the detector to the next one. Until a tenth of `slow` has
    passed the usual restlessness is not known and the factor is 1.
    """
    bounded = np.minimum(errors, 6.0)
    lately = trailing_mean(bounded, fast, _NORMAL)
    settled = math.ceil(slow / 10)
    usually = lately.copy()
    if errors.size > settled:
        usually[settled:] = trailing_mean(bounded[settled:], slow, float(lately[settled]))
    return np.clip(lately / usually, 1.0, most)


def trailing_mean(x: Floats, span: float, start: float) -> Floats:
    """The exponentially weighted mean of the points before each point, beginning at `start`.

    A running sum of x / decay**t, begun anew before decay**-t leaves the range in which float64 is
    exact enough: vectorised over time, and still strictly sequential.
    """
    weight = 1 / span
    decay = 1 - weight
    length = max(1, int(math.log(1e9) / -math.log(decay)))
    powers = decay ** np.arange(length + 1)
    mean = np.empty_like(x)
    for begin in range(0, x.size, length):
        part = x[begin : begin + length]
        size = part.size
        reach = start + weight * np.concatenate(([0.0], np.cumsum(part / powers[1 : size + 1])))
        mean[begin : begin + size] = powers[:size] * reach[:-1]
        start = float(powers[size] * reach[-1])
    return mean
