"""How many points a series takes to repeat itself."""

import numpy as np

from detectors.base import Floats

LOOKED_AT = 20_000
SHORTEST, LONGEST = 6, 303
DEFAULT = 125
"""Where nothing between SHORTEST and LONGEST points repeats, windows have this length."""


def period(x: Floats) -> int:
    """The lag of the highest local maximum of the autocorrelation of `x` (no NaN), or DEFAULT.

    Only the first LOOKED_AT points and lags of 3 to 400 points are looked at.
    """
    seen = x[:LOOKED_AT]
    centred = seen - seen.mean()
    size = 1 << (2 * centred.size - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    correlation = np.fft.irfft(np.square(np.abs(spectrum)), size)[3 : min(401, centred.size)]
    middle = correlation[1:-1]
    maxima = np.flatnonzero((middle > correlation[:-2]) & (middle > correlation[2:])) + 1
    if not maxima.size:
        return DEFAULT
    best = int(maxima[np.argmax(correlation[maxima])]) + 3
    return best if SHORTEST <= best <= LONGEST else DEFAULT
