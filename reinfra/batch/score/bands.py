"""Between which values a sample would have been usual."""

import numpy as np

from detectors.base import Floats, Scores, readable
from detectors.episodes import band
from detectors.ridge import MAD_TO_SIGMA
from reinfra.model import SeriesBlock

_REACH = 4.0
"""Usual errors to either side, where a score is not counted in them."""

_LEAST = 32


def band_of(
    block: SeriesBlock, scores: Scores, thresholds: Floats, *, causal: bool
) -> tuple[Floats, Floats]:
    """`[series, time]`: lower and upper; NaN where no value was expected.

    Where the score is the distance from the expected value, a sample outside is one above the threshold;
    elsewhere the band is four usual errors wide to either side, and the score looks at more than the value.
    What is usual is the median of the whole series, or `causal`, of the samples before.
    """
    lower, upper = band(block, scores, thresholds)
    error = np.abs(readable(block) - scores.expected)
    for row in np.flatnonzero(np.isnan(scores.scale).all(axis=1)):
        if np.isfinite(error[row]).any():
            reach = _REACH * MAD_TO_SIGMA * _usual(error[row], causal=causal)
            lower[row], upper[row] = scores.expected[row] - reach, scores.expected[row] + reach
    return lower, upper


def _usual(error: Floats, *, causal: bool) -> Floats:
    """The median error; `causal`: of those before, found anew whenever there are twice as many; NaN before."""
    places = np.flatnonzero(np.isfinite(error))
    if not causal:
        return np.full(error.size, np.median(error[places]))
    usual = np.full(error.size, np.nan)
    count = _LEAST
    while count < places.size:
        usual[places[count] :] = np.median(error[places[:count]])
        count *= 2
    return usual
