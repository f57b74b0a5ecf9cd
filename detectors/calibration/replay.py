"""Which multiple of a series' unit holds the promised rate: what the past would have brought at each.

Every day's scores are measured with the threshold unit that was known the day before, so drift, restless days
and whatever else a fitted tail does not know of are in the count.
"""

import numpy as np

from detectors.base import Floats

_MULTIPLES = np.geomspace(0.2, 20.0, 400)

_PER_FALSE = 1.8
"""Alarms in a replay for each false one later: what no gap sets apart is trouble at times, and later days
are better learned."""

_PRIOR_WEEKS = 10.0
_PRIOR_RATE, _PRIOR_POWER = 0.8, 3.0
"""What is expected of series that nothing is known of: 0.8 false alarms a week at their unit, and an eighth
of that at twice it. It counts as much as ten series-weeks seen."""


def multiple(ratios: Floats, weeks: float, per_week: float) -> float:
    """The least multiple at which at most `per_week` false alarms per series and week are expected.

    `ratios` are the replayed peaks of a fleet, each in its series' unit of that day, past incidents
    left out; they come from `weeks` series-weeks.
    """
    found = np.sort(ratios[ratios > _MULTIPLES[0]])
    above = found.size - np.searchsorted(found, _MULTIPLES, side="right")
    expected = _PRIOR_WEEKS * _PRIOR_RATE * _MULTIPLES**-_PRIOR_POWER
    rates = (above / _PER_FALSE + expected) / (weeks + _PRIOR_WEEKS)
    held = rates <= per_week
    return float(_MULTIPLES[held.argmax() if held.any() else -1])


def stricter(present: float, wanted: float) -> float:
    """How much higher thresholds are where `wanted` false alarms per week are promised and not `present`.

    By the power that is expected of series that nothing is known of; measured powers were 2.3 to 3.7.
    """
    return float((present / wanted) ** (1 / _PRIOR_POWER))
