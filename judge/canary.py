"""Has the judge changed? A fixed set of items, judged again at every run and compared with the first time.

Two tests, because each is blind where the other sees. A judge that was replaced may flip as often up as down:
its mean and McNemar's test then notice nothing, the share of flips does. A judge that has become a little
stricter flips rarely, but always the same way.
"""

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc

from judge.statistics.estimate import Estimate, Values
from judge.statistics.mean import wilson

SIZE = 200
"""With 200 items, 16 % of flips are found in more than 99 of 100 cases, 9 % in 89."""

NOISE = 0.03
"""The share of flips that is put up with: temperature 0 is not the same as determinism."""

ALPHA = 0.01
LEAST = 50


class CanaryState(enum.StrEnum):
    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    """Too few items were graded both times."""


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """`flips` is the share of items that are graded otherwise now, `up` and `down` how many each way.

    `flip_p` is the chance of as many flips from a judge with the noise that is allowed; `shift_p` that of a
    one-sidedness like this from one that flips evenly (McNemar's exact test); `invalid_p` the same for
    replies that have become no grade, or have become one.
    """

    state: CanaryState
    flips: Estimate
    up: int
    down: int
    flip_p: float
    shift_p: float
    invalid_p: float
    reason: str


def compare(
    before: Values,
    now: Values,
    *,
    noise: float = NOISE,
    alpha: float = ALPHA,
    tolerance: float = 0.0,
) -> CanaryResult:
    """`before[i]` and `now[i]` are the scores of item i; NaN is a reply that was no grade.

    Scores that differ by no more than `tolerance` are the same. Each test has a third of `alpha`.
    """
    valid = ~np.isnan(before), ~np.isnan(now)
    both = valid[0] & valid[1]
    change = np.where(both, now - before, 0.0)
    up, down = int((change > tolerance).sum()), int((change < -tolerance).sum())
    flip_p = float(bdtrc(up + down - 1, int(both.sum()), noise)) if up + down else 1.0
    shift_p = mcnemar(up, down)
    lost, found = int((valid[0] & ~valid[1]).sum()), int((~valid[0] & valid[1]).sum())
    invalid_p = mcnemar(lost, found)
    tests = {
        f"{up + down} of {int(both.sum())} items are graded otherwise": flip_p,
        f"{up} grades went up and {down} down": shift_p,
        f"{lost} replies are no grade any more, {found} have become one": invalid_p,
    }
    said = [why for why, p in tests.items() if p < alpha / len(tests)]
    few = int(both.sum()) < LEAST
    state = CanaryState.UNKNOWN if few else CanaryState.SAME
    return CanaryResult(
        CanaryState.CHANGED if said else state,
        wilson(up + down, int(both.sum())),
        up,
        down,
        flip_p,
        shift_p,
        invalid_p,
        "; ".join(said)
        or (f"{both.sum()} items graded both times, at least {LEAST} are needed" * few),
    )


def mcnemar(one_way: int, other_way: int) -> float:
    """The exact two-sided p-value (McNemar 1947, Psychometrika 12:153-157); 1 where nothing changed."""
    changed = one_way + other_way
    if changed == 0:
        return 1.0
    return min(1.0, 2 * float(bdtr(min(one_way, other_way), changed, 0.5)))


def choose(
    scores: Values, strata: NDArray[np.int64], generator: np.random.Generator, size: int = SIZE
) -> NDArray[np.intp]:
    """The places of `size` items for a canary set, or of all with a grade where there are fewer.

    Every stratum and every grade in it gets its turn, so that a change that touches only one is seen.
    """
    graded = generator.permutation(np.flatnonzero(~np.isnan(scores)))
    kinds = np.column_stack([strata[graded].astype(np.float64), scores[graded]])
    codes = np.unique(kinds, axis=0, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], codes[order])
    turn = np.empty(graded.size, np.intp)
    turn[order] = np.arange(graded.size) - starts
    chosen: NDArray[np.intp] = np.sort(graded[np.argsort(turn, kind="stable")[:size]])
    return chosen
