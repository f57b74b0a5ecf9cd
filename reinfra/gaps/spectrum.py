"""The variance of a sum over hours that depend on each other, from its slowest frequencies.

A prewhitened, equal-weight periodogram. Whatever the hours' correlation, the power near frequency zero
is the variance of their sum; a few of the lowest frequencies estimate it, and dividing by the spectrum
of a first-order autoregression flattens the slope towards zero. Orthonormal-series ("fixed-b")
inference: Lazarus, Lewis, Stock & Watson (J. Bus. Econ. Stat. 36, 2018); prewhitening: Andrews & Monahan
(Econometrica 60, 1992).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

HOURS_PER_DAY = 24
WHOLE_DAYS = 3
TERMS = 8
MOST_CORRELATION = 0.97
DRIFT_SLOW, DRIFT_ALL = 3, 15

Floats = NDArray[np.float64]


def basis(hours: int) -> tuple[Floats, Floats]:
    """Waves [hour, term] and their angular frequencies [term].

    From three days on: Fourier pairs slower than the daily cycle, so that a daily swing of the gap is
    no noise. Below: cosines, which then count such a swing as noise and widen the interval.
    """
    days = hours // HOURS_PER_DAY
    at = (np.arange(hours) + 0.5) / hours
    if days < WHOLE_DAYS:
        order = np.arange(1, TERMS + 1)
        return np.sqrt(2) * np.cos(np.pi * np.outer(at, order)), np.pi * order / hours
    order = np.arange(1, min(TERMS // 2, days - 1) + 1)
    angle = 2 * np.pi * np.outer(at, order)
    waves = np.sqrt(2) * np.hstack([np.cos(angle), np.sin(angle)])
    return waves, np.tile(2 * np.pi * order / hours, 2)


def hour_correlation(scores: Floats) -> float:
    """From one hour to the next, over the last axis and pooled over the others; Kendall's correction."""
    centred = scores - scores.mean(-1, keepdims=True)
    power = float((centred**2).sum())
    if power == 0:
        return 0.0
    lagged = float((centred[..., 1:] * centred[..., :-1]).sum()) / power
    return float(np.clip(lagged + (1 + 3 * lagged) / scores.shape[-1], 0, MOST_CORRELATION))


def sum_variance(scores: Floats, correlation: float) -> Floats:
    """The variance of the sum over the last axis, for each row of scores."""
    waves, frequency = basis(scores.shape[-1])
    power = ((scores - scores.mean(-1, keepdims=True)) @ waves) ** 2
    return np.asarray((power / _flatness(correlation, frequency)).mean(-1), np.float64)


def terms(hours: int) -> int:
    """The degrees of freedom of `sum_variance`."""
    return len(basis(hours)[1])


def independent_hours(scores: Floats, correlation: float) -> float:
    """How many independent hours would determine the mean as well; infinite for a constant."""
    mean_variance = float(sum_variance(scores, correlation)) / len(scores)
    return len(scores) * float(scores.var()) / mean_variance if mean_variance > 0 else np.inf


def drift_p(scores: Floats) -> float:
    """The p-value of "one regime": the three slowest cosines against the next twelve.

    The correlation is taken within days, so that a level shift cannot hide in it. 1 for a constant.
    """
    hours = len(scores)
    by_day = scores[: hours // HOURS_PER_DAY * HOURS_PER_DAY].reshape(-1, HOURS_PER_DAY)
    order = np.arange(1, DRIFT_ALL + 1)
    if len(by_day) >= WHOLE_DAYS:
        order = order[order % (2 * len(by_day)) != 0]  # the daily line is no drift
    waves = np.cos(np.pi * np.outer((np.arange(hours) + 0.5) / hours, order))
    flat = _flatness(hour_correlation(by_day), np.pi * order / hours)
    power = ((scores - scores.mean()) @ waves) ** 2 / flat
    rest = float(power[DRIFT_SLOW:].mean())
    if rest == 0:
        return 1.0
    ratio = float(power[:DRIFT_SLOW].mean()) / rest
    return float(stats.f.sf(ratio, DRIFT_SLOW, len(order) - DRIFT_SLOW))


def _flatness(correlation: float, frequency: Floats) -> Floats:
    """The spectrum of a first-order autoregression, 1 at frequency zero."""
    least = (1 - correlation) ** 2
    return least / (least + 2 * correlation * (1 - np.cos(frequency)))
