"""Do answers get worse after a hardware fault on the device that gave them?

Each fault opens a stretch on its device; answers in it are compared with the same device's answers outside of
all stretches. So a device that is always worse, or a model that is, explains nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from judge.statistics.estimate import CONFIDENCE, Estimate, Values

Times = NDArray[np.int64]
Codes = NDArray[np.int64]
HOUR = 3_600_000
LAGS = (HOUR // 12, HOUR, 6 * HOUR, 24 * HOUR)
LEAST_EPISODES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Faults or answers: at `at` (ms), on group `group` (a device, or a model). Codes from 0."""

    at: Times
    group: Codes


@dataclass(frozen=True, slots=True)
class FaultEffect:
    """`change` is the mean score within `lag` ms after a fault, less that of the same group otherwise."""

    lag: int
    change: Estimate
    episodes: int
    answers_after: int


def fault_effects(
    faults: Events,
    answers: Events,
    scores: Values,
    lags: Sequence[int] = LAGS,
    confidence: float = CONFIDENCE,
) -> tuple[FaultEffect, ...]:
    """One effect for each lag; the intervals hold together at `confidence` (Bonferroni).

    `scores[i]` is that of answer i, NaN where there is none: such answers are left out. Faults that follow
    each other within the lag are one episode, and an episode is what the interval counts: a hundred
    answers after one fault are one observation. It is an association in time and no proof of a cause.
    """
    each = 1 - (1 - confidence) / len(lags)
    return tuple(_effect(faults, answers, scores, lag, each) for lag in lags)


def _effect(
    faults: Events, answers: Events, scores: Values, lag: int, confidence: float
) -> FaultEffect:
    episode = episodes(faults, answers, lag)
    graded = ~np.isnan(scores)
    after = graded & (episode >= 0)
    calm = graded & (episode < 0)
    comparable = after & np.isin(answers.group, answers.group[calm])
    places, codes = np.unique(episode[comparable], return_inverse=True)
    count, n = places.size, int(comparable.sum())
    method = "episodes against the same group's calm time, t"
    if count < LEAST_EPISODES:
        why = f"{count} faults with graded answers after them, {LEAST_EPISODES} are needed"
        return FaultEffect(lag, Estimate.without_interval(why, n=n, method=method), count, n)
    base, base_error = _calm(answers.group, scores, calm, answers.group[comparable])
    surplus = scores[comparable] - base
    change = float(surplus.mean())
    sums = np.bincount(codes, weights=surplus - change) / n
    variance = count / (count - 1) * float(np.sum(sums**2)) + base_error
    half = float(stdtrit(count - 1, (1 + confidence) / 2)) * float(np.sqrt(variance))
    if half == 0:
        why = "no answer differs from another"
        empty = Estimate.without_interval(why, value=change, n=n, method=method)
        return FaultEffect(lag, empty, count, n)
    return FaultEffect(lag, Estimate(change, change - half, change + half, n, method), count, n)


def _calm(
    groups: Codes, scores: Values, calm: NDArray[np.bool_], wanted: Codes
) -> tuple[Values, float]:
    """Each wanted answer's mean of its group in calm time, and the variance of their mean."""
    size = int(groups.max()) + 1
    counts = np.bincount(groups[calm], minlength=size)
    sums = np.bincount(groups[calm], weights=scores[calm], minlength=size)
    squares = np.bincount(groups[calm], weights=scores[calm] ** 2, minlength=size)
    known = np.maximum(counts, 1)
    means = sums / known
    variances = np.maximum(squares / known - means**2, 0) / np.maximum(counts - 1, 1)
    shares = np.bincount(wanted, minlength=size) / wanted.size
    return means[wanted], float(np.sum(shares**2 * variances))


def episodes(faults: Events, answers: Events, lag: int) -> Codes:
    """`episode[i]`: the fault in whose wake answer i came, -1 for none; a fault soon after one is no new one."""
    found = np.full(answers.at.size, -1, np.int64)
    for group in np.unique(faults.group):
        at = np.sort(faults.at[faults.group == group])
        first = np.concatenate([[True], np.diff(at) > lag])
        number = np.cumsum(first) - 1
        rows = np.flatnonzero(answers.group == group)
        last = np.searchsorted(at, answers.at[rows], side="right") - 1
        near = (last >= 0) & (answers.at[rows] - at[np.maximum(last, 0)] <= lag)
        found[rows[near]] = group * (faults.at.size + 1) + number[last[near]]
    return found
