"""The far tail of a series' own scores, without labels: what was usual, with past incidents cut off.

Peaks over threshold with a generalised Pareto tail (Coles, An Introduction to Statistical Modeling
of Extreme Values, ch. 4); its shape by probability-weighted moments (Hosking and Wallis, Technometrics 1987).
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

_QUANTILE = 0.98
_LEAST_PEAKS = 8
_GAP_FOR_LEVEL, _GAP_FOR_SHAPE = 1.5, 1.8
_SHAPES = (-0.3, 0.5)
_CUT_AT_MOST = 40
_EXPONENTIAL = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """Declustered peaks of `count` scores above `base`, their 98 % quantile, in ascending order."""

    base: float
    peaks: Floats
    highest: float
    count: int

    @classmethod
    def of(cls, scores: Floats, at: NDArray[np.int64], quiet: int) -> Self:
        """The tail of these scores (none NaN), taken at `at`; peaks within `quiet` ms are one."""
        place = int(_QUANTILE * (scores.size - 1))
        base = float(np.partition(scores, place)[place])
        return cls(base, np.sort(_peaks(scores, at, base, quiet)), float(scores.max()), scores.size)

    @property
    def shape(self) -> float:
        """The generalised Pareto shape; NaN with fewer than 8 peaks."""
        if self.peaks.size < _LEAST_PEAKS:
            return math.nan
        excess = _below_first_gap(self.peaks, _GAP_FOR_SHAPE) - self.base
        size = excess.size
        mean = float(excess.mean())
        weighted = float((excess * np.arange(size - 1, -1, -1)).mean() / (size - 1))
        return max(2 - mean / (mean - 2 * weighted + 1e-12), _SHAPES[0])

    def level(self, chance: float, shape: float) -> float:
        """The score that a fresh peak passes so rarely that it happens `chance` times per score.

        With fewer than 8 peaks there is no tail to speak of: a fifth above the highest score so far.
        """
        if self.peaks.size < _LEAST_PEAKS:
            return 1.2 * self.highest
        peaks = _below_first_gap(self.peaks, _GAP_FOR_LEVEL)
        shape = min(max(shape, _SHAPES[0]), _SHAPES[1])
        scale = float((peaks - self.base).mean()) * (1 - shape)
        share = chance * self.count / peaks.size
        if share >= 1:
            return self.base
        if abs(shape) < _EXPONENTIAL:
            return self.base - scale * math.log(share)
        return self.base + scale / shape * (math.pow(share, -shape) - 1)


def _peaks(scores: Floats, at: NDArray[np.int64], base: float, quiet: int) -> Floats:
    over = np.flatnonzero(scores > base)
    if not over.size:
        return np.empty(0)
    begins = np.flatnonzero(np.diff(at[over], prepend=at[over[0]] - quiet - 1) > quiet)
    return np.asarray(np.maximum.reduceat(scores[over], begins))


def _below_first_gap(peaks: Floats, ratio: float) -> Floats:
    """Past incidents stand apart: what lies above the first jump of `ratio` in the upper half is dropped."""
    start = max(peaks.size - _CUT_AT_MOST, peaks.size // 2, 1)
    jumps = np.flatnonzero(peaks[start:] > ratio * peaks[start - 1 : -1])
    return peaks[: start + jumps[0]] if jumps.size else peaks
