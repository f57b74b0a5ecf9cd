"""Sums of the last cells, and how large they get by chance."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from detectors.base import Floats


def highest(chance: float, shape: Floats, mean: Floats, before: Floats) -> Floats:
    """The least number that is passed with probability `chance` or less: negative binomial, arrays of one shape.

    The variance is mean + mean**2 / shape. `before` is what it was before, NaN for unknown: mostly it has
    not changed, and trying is ten times as fast as searching.
    """
    from scipy.special import betainc

    share = mean / (shape + mean)
    holds = betainc(before + 1, shape, share) <= chance
    holds &= (before == 0) | (betainc(np.maximum(before, 1), shape, share) > chance)
    found = before.copy()
    found[~holds] = _searched(chance, shape[~holds], mean[~holds])
    return found


def _searched(chance: float, shape: Floats, mean: Floats) -> Floats:
    """Equal pairs, as of series on which nothing ever happened, are searched for once."""
    from scipy.special import nbdtrik

    pairs = np.stack([shape, mean], axis=1)
    of, place = np.unique(pairs, axis=0, return_inverse=True)
    known = nbdtrik(1 - chance, of[:, 0], of[:, 0] / (of[:, 0] + of[:, 1]))
    least: Floats = np.ceil(np.nan_to_num(known, nan=0.0) - 1e-6)  # NaN: 0 is likely enough already
    return least[place.ravel()]


def nested(windows: Iterable[int], step: int) -> tuple[int, ...]:
    """Windows in ms as numbers of cells, from one cell on, each a multiple of the one before."""
    lengths = [1]
    for window in sorted(windows):
        times = round(window / step / lengths[-1])
        if times > 1:
            lengths.append(lengths[-1] * times)
    return tuple(lengths)


def window_sums(x: Floats, lengths: Sequence[int]) -> list[Floats]:
    """For each length the sum over the cells that end with each, [series, cells]; NaN counts as nothing.

    Each is made of the one before by additions in a fixed order, so that a cell's sum is the same bit
    for bit wherever `x` begins.
    """
    found = [np.nan_to_num(x)]
    for shorter, length in pairwise(lengths):
        part = found[-1]
        total = part.copy()
        for back in range(shorter, length, shorter):
            total[:, back:] += part[:, : x.shape[1] - back]
        found.append(total)
    return found
