"""Cumulative sums that remember small deviations which stay."""

import math

import numpy as np

from detectors.base import Floats

CLIP = 4.0
"""No single cell counts for more, so that one spike is not taken for a deviation that stays."""


def height(cells: float, slack: float) -> float:
    """How high a two-sided sum gets by chance once in `cells` cells, in standard deviations.

    Siegmund, Sequential Analysis (1985): one side's mean time to reach h is
    (exp(2kb) - 2kb - 1) / (2k**2) with b = h + 1.166; two sides halve it.
    """
    reach = 2.0
    for _ in range(50):
        reach = math.log(1 + 2 * slack * reach + 4 * slack**2 * max(cells, 1)) / (2 * slack)
    return max(reach - 1.166, 1.0)


def follow(z: Floats, up: Floats, down: Floats, slack: float, most: float) -> tuple[Floats, Floats]:
    """The sums before each cell, [series, cells], for deviations `z`; `up` and `down` go on in place.

    They stay between 0 and `most`, so that what is over is soon forgotten; where `z` is NaN they stand still.
    """
    bounded = np.clip(np.nan_to_num(z, nan=0.0), -CLIP, CLIP)
    least = np.where(np.isfinite(z), slack, 0.0)
    steps = np.concatenate([bounded - least, -bounded - least]).T.copy()
    before = np.empty_like(steps)
    sums = np.concatenate([up, down])
    for now, step in zip(before, steps, strict=True):
        now[:] = sums
        np.add(sums, step, out=sums)
        np.maximum(sums, 0.0, out=sums)
        np.minimum(sums, most, out=sums)
    up[:], down[:] = np.split(sums, 2)
    rises, falls = np.split(before, 2, axis=1)
    return rises.T, falls.T
