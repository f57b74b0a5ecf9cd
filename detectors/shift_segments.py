"""A series cut into stretches of one level, for reports: where it changed, from what to what. Not causal.

Least squares with a price per cut, solved exactly by dynamic programming (Jackson et al., IEEE Signal Processing
Letters 12, 2005). Neighbouring values resemble each other, so the cuts are searched in `x[t] - r x[t-1]`, with the
autocorrelation r that level shifts do not bend (Chakar et al., Bernoulli 23, 2017).
"""

import math
from dataclasses import dataclass

import numpy as np

from detectors.base import Floats
from detectors.ridge import MAD_TO_SIGMA

_PRICE = 4.0  # times the noise's variance times log n: the price of one cut
_LEAST_CHANGE = 1.5  # usual deviations
_MOST_ALIKE = 0.95
_LEAST_VALUES = 12
_LEAST_RELATIVE = 1e-3
_MOST_VALUES = 4000


@dataclass(frozen=True, slots=True)
class Segment:
    """`x[since:until]` lies around `level`, its median; `until` is exclusive."""

    since: int
    until: int
    level: float


def segments(x: Floats, least: int = 4) -> list[Segment]:
    """The stretches of `x` [time], each of at least `least` values; NaNs belong to the stretch around them.

    One segment where there are fewer than 12 values, none where there is none. Give it medians of hours or
    days: beyond 4,000 values only the last 4,000 are cut, as the time needed grows with their square.
    """
    seen = np.flatnonzero(np.isfinite(x))
    if not seen.size:
        return []
    late = seen[-_MOST_VALUES:]
    begins = [int(seen[0]), *(int(late[one]) for one in _cuts(x[late], least))]
    ends = [*begins[1:], int(seen[-1]) + 1]
    return [
        Segment(since, until, float(np.nanmedian(x[since:until])))
        for since, until in zip(begins, ends, strict=True)
    ]


def _cuts(x: Floats, least: int) -> list[int]:
    """Where a new level begins, within `x`, which has no NaN."""
    if x.size < max(_LEAST_VALUES, 2 * least):
        return []
    alike = _alike(x)
    z = np.concatenate(([x[0] * (1 - alike)], x[1:] - alike * x[:-1]))
    noise = _step_noise(z)
    floor = _LEAST_RELATIVE * float(np.median(np.abs(x))) * (1 - alike)
    noise = max(noise, floor, 1e-12)
    z = (z - np.median(z)) / noise
    cuts = _cheapest(z, _PRICE * math.log(z.size), least)
    return _clear(x, cuts, _LEAST_CHANGE * noise / math.sqrt(1 - alike**2))


def _clear(x: Floats, cuts: list[int], change: float) -> list[int]:
    """The cuts at which the median changes by `change` or more; the one that changes least is left out first."""
    while cuts:
        levels = [float(np.median(part)) for part in np.split(x, cuts)]
        changes = np.abs(np.diff(levels))
        weakest = int(np.argmin(changes))
        if changes[weakest] >= change:
            break
        cuts = [*cuts[:weakest], *cuts[weakest + 1 :]]
    return cuts


def _alike(x: Floats) -> float:
    """The lag-1 autocorrelation, from medians of squared differences over two steps and over one."""
    one, two = (float(np.median(np.abs(x[lag:] - x[:-lag]))) for lag in (1, 2))
    return min(max(two**2 / one**2 - 1, 0.0), _MOST_ALIKE) if one > 0 else 0.0


def _step_noise(z: Floats) -> float:
    return MAD_TO_SIGMA * float(np.median(np.abs(np.diff(z)))) / math.sqrt(2)


def _cheapest(z: Floats, price: float, least: int) -> list[int]:
    """Beginnings of the stretches, the first left out, that make squared errors and prices least."""
    z = np.clip(z, -50.0, 50.0)
    total = np.concatenate(([0.0], np.cumsum(z)))
    square = np.concatenate(([0.0], np.cumsum(np.square(z))))
    best = np.full(z.size + 1, np.inf)
    best[0] = -price
    before = np.zeros(z.size + 1, np.intp)
    for end in range(least, z.size + 1):
        begin = np.arange(end - least + 1)
        part = total[end] - total[begin]
        cost = best[begin] + square[end] - square[begin] - part**2 / (end - begin) + price
        before[end] = np.argmin(cost)
        best[end] = cost[before[end]]
    cuts: list[int] = []
    end = int(before[z.size])
    while end > 0:
        cuts.append(end)
        end = int(before[end])
    return cuts[::-1]
