"""Smooth functions of two fleets' totals. Each returns one value or several, and an exact sum stays one."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from reinfra.gaps.cost import log_mean

Floats = NDArray[np.float64]
FleetMeasure = Callable[[Floats, Floats], Floats]
"""Totals [k] of the candidate and of the baseline -> values. Multiplying all totals of one fleet by
one number must change nothing: that is what makes the scores of a fleet sum to zero."""

LMDI_TERMS = ("total", "price", "idle", "speed", "mix")
STEP = 1e-5


def mean_difference(value: int, count: int) -> FleetMeasure:
    """Sum of values over number of samples: difference of the fleets' means."""

    def measure(ours: Floats, theirs: Floats) -> Floats:
        return np.array([ours[value] / ours[count] - theirs[value] / theirs[count]])

    return measure


def log_ratio(numerator: int, denominator: int) -> FleetMeasure:
    """The log of the ratio of the fleets' ratios: of means, of J/token, of $/token, of error rates."""

    def measure(ours: Floats, theirs: Floats) -> Floats:
        ratios = ours[numerator] / ours[denominator], theirs[numerator] / theirs[denominator]
        return np.array([np.log(ratios[0] / ratios[1])])

    return measure


def cost_decomposition(candidate_price: float, baseline_price: float, strata: int) -> FleetMeasure:
    """Log of $/token split by LMDI, in the order of LMDI_TERMS; the last four sum to the first exactly.

    Totals per fleet: paid hours of each stratum, then busy hours, then tokens. A price is dollars per
    paid hour. idle = paid / busy, speed = busy / tokens, mix = the share of each stratum.
    """

    def measure(ours: Floats, theirs: Floats) -> Floats:
        factors = [
            _factors(totals.reshape(3, strata), price)
            for totals, price in ((ours, candidate_price), (theirs, baseline_price))
        ]
        cost = [side.prod(axis=0) for side in factors]
        logs = np.log(factors[0] / factors[1])
        overall = log_mean(cost[0].sum(keepdims=True), cost[1].sum(keepdims=True))
        mix, price, idle, speed = (logs * (log_mean(*cost) / overall)).sum(axis=1)
        return np.array([np.log(cost[0].sum() / cost[1].sum()), price, idle, speed, mix])

    return measure


def gradient(measure: FleetMeasure, ours: Floats, theirs: Floats) -> tuple[Floats, Floats]:
    """The derivatives by each fleet's totals, [k, outputs], by central differences."""
    left = [measure(ours + step, theirs) - measure(ours - step, theirs) for step in _steps(ours)]
    right = [measure(ours, theirs + step) - measure(ours, theirs - step) for step in _steps(theirs)]
    return (
        np.array(left) / (2 * _sizes(ours))[:, None],
        np.array(right) / (2 * _sizes(theirs))[:, None],
    )


def _sizes(totals: Floats) -> Floats:
    return STEP * np.where(totals == 0, 1.0, np.abs(totals))


def _steps(totals: Floats) -> Floats:
    return np.diag(_sizes(totals))


def _factors(totals: Floats, price: float) -> Floats:
    """Rows mix, price, idle, speed; their product is the cost per token that a stratum contributes."""
    paid, busy, tokens = totals
    return np.array(
        [tokens / tokens.sum(), np.full(len(tokens), price), paid / busy, busy / tokens]
    )
