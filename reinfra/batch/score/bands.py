"""Between which values a sample would have been usual."""

import numpy as np

from detectors.base import Floats, Scores, readable
from detectors.episodes import band
from detectors.ridge import MAD_TO_SIGMA
from reinfra.model import SeriesBlock

_REACH = 4.0
"""Usual errors to either side, where a score is not counted in them."""


def band_of(block: SeriesBlock, scores: Scores, thresholds: Floats) -> tuple[Floats, Floats]:
    """`[series, time]`: lower and upper; NaN where no value was expected.

    Where the score is the distance from the expected value, a sample outside is one above the threshold;
    elsewhere the band is four usual errors wide to either side, and the score looks at more than the value.
    """
    lower, upper = band(block, scores, thresholds)
    error = np.abs(readable(block) - scores.expected)
    for row in np.flatnonzero(np.isnan(scores.scale).all(axis=1)):
        known = error[row][np.isfinite(error[row])]
        if known.size:
            reach = _REACH * MAD_TO_SIGMA * float(np.median(known))
            lower[row], upper[row] = scores.expected[row] - reach, scores.expected[row] + reach
    return lower, upper
