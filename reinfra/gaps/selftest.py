"""Does the interval hold on this fleet? Random halves of it, whose true gap is zero."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from reinfra.gaps.fleet_rules import LEAST_NODES, Target
from reinfra.gaps.live import Floats, Judge
from reinfra.gaps.spectrum import HOURS_PER_DAY

SPLITS = 200
EXPECTED = 0.03, 0.07


@dataclass(frozen=True, slots=True)
class SelfTest:
    """`excluded` of the `judged` splits have a nominal 95 % interval without zero; `rate` has a Wilson interval.

    Where `reason` is given nothing could be tested. Splits of one fleet share its nodes, so they are less
    than independent and the interval of the rate is optimistic.
    """

    nodes: int
    hours: int
    splits: int
    judged: int = 0
    excluded: int = 0
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    holds: bool | None = None
    reason: str = ""


def self_test(
    fleet: Floats, judge: Judge, rng: np.random.Generator, splits: int = SPLITS
) -> SelfTest:
    """Of totals [node, hour, k]. Nodes are "this kind of node": a half is a sample of the fleet."""
    nodes, hours = len(fleet), int(fleet.any(axis=(0, 2)).sum()) if fleet.size else 0
    if nodes < 2 * LEAST_NODES or hours < HOURS_PER_DAY:
        why = f"{nodes} nodes and {hours} hours are too few: {2 * LEAST_NODES} and {HOURS_PER_DAY} are wanted"
        return SelfTest(nodes, hours, splits, reason=why)
    judged = excluded = 0
    why = ""
    for _ in range(splits):
        order = rng.permutation(nodes)
        gap = judge(fleet[order[: nodes // 2]], fleet[order[nodes // 2 :]], Target.KIND)
        why = gap.figure.reason or why
        judged += gap.figure.low is not None
        excluded += gap.figure.sign != 0
    if not judged:
        return SelfTest(nodes, hours, splits, reason=why or "no split could be judged")
    rate = excluded / judged
    interval = stats.binomtest(excluded, judged).proportion_ci(method="wilson")
    low, high = float(interval.low), float(interval.high)
    holds = low <= EXPECTED[1] and high >= EXPECTED[0]
    return SelfTest(nodes, hours, splits, judged, excluded, rate, low, high, holds, why)
