"""The far tail of many series' own peaks, without labels: what was usual, with past incidents cut off.

Peaks over threshold with a generalised Pareto tail (Coles, An Introduction to Statistical Modeling
of Extreme Values, ch. 4); its shape by probability-weighted moments (Hosking and Wallis, Technometrics 1987).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

_QUANTILE = 0.8
_LEAST_PEAKS = 8
_GAP_FOR_LEVEL, _GAP_FOR_SHAPE = 1.5, 1.8
_SHAPES = (-0.3, 0.5)
_INCIDENTS = 0.04
"""Of all peaks: about two a day. What happens more often is no incident but how the series is."""
_LEAST_INCIDENTS = 2
_EXPONENTIAL = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """A row per series. `ordered` holds its peaks in ascending order and then NaN; `seen` says how many.

    The tail is what lies above `base`, their 80 % quantile: the peaks from place `first` on.
    """

    ordered: Floats
    seen: NDArray[np.intp]
    first: NDArray[np.intp]
    base: Floats

    @classmethod
    def of(cls, peaks: Floats) -> Self:
        """Of `peaks[series, block]`, NaN where there is none."""
        ordered = np.sort(peaks, axis=1)
        seen = np.isfinite(ordered).sum(axis=1)
        place = (_QUANTILE * np.maximum(seen - 1, 0)).astype(np.intp)
        base = ordered[np.arange(len(ordered)), place]
        return cls(ordered, seen, seen - (ordered > base[:, None]).sum(axis=1), base)

    @property
    def enough(self) -> NDArray[np.bool_]:
        """Where there are at least 8 peaks."""
        enough: NDArray[np.bool_] = self.seen - self.first >= _LEAST_PEAKS
        return enough

    @property
    def highest(self) -> Floats:
        """NaN for a series without any."""
        return self.ordered[np.arange(len(self.ordered)), np.maximum(self.seen - 1, 0)]

    @property
    def usual(self) -> Floats:
        """The highest peak that no gap sets apart as a past incident."""
        last = np.maximum(self._end(_GAP_FOR_LEVEL) - 1, 0)
        known: Floats = np.where(self.enough, self.ordered[np.arange(len(last)), last], np.inf)
        return known

    @property
    def shape(self) -> Floats:
        """The generalised Pareto shape of each series; NaN with fewer than 8 peaks."""
        end = self._end(_GAP_FOR_SHAPE)
        size = np.maximum(end - self.first, 2)
        rank = np.arange(self.ordered.shape[1]) - self.first[:, None]
        mean = self._mean_excess(end)
        inside = (rank >= 0) & (rank < size[:, None])
        weight = np.where(inside, (size[:, None] - 1 - rank) / (size[:, None] - 1), 0.0)
        excess = np.where(inside, self.ordered - self.base[:, None], 0.0)
        weighted = (excess * weight).sum(axis=1) / size
        shape = 2 - mean / (mean - 2 * weighted + 1e-12)
        return np.where(self.enough, np.maximum(shape, _SHAPES[0]), np.nan)

    def level(self, chance: float, shape: float | Floats) -> Floats:
        """The score that a fresh peak passes so rarely that it happens `chance` times per peak seen; `[series]`.

        With fewer than 8 peaks there is no tail to speak of: a fifth above the highest score so far.
        """
        end = self._end(_GAP_FOR_LEVEL)
        curved = np.clip(shape, *_SHAPES)
        curved = np.where(np.abs(curved) < _EXPONENTIAL, _EXPONENTIAL, curved)
        share = np.clip(chance * self.seen / np.maximum(end - self.first, 1), 1e-300, 1.0)
        scale = self._mean_excess(end) * (1 - curved)
        above = scale / curved * (np.power(share, -curved) - 1)
        return np.where(self.enough, self.base + above, 1.2 * self.highest)

    def apart(self) -> Floats:
        """A fifth above what the first gap in the upper half of all peaks leaves: for too few peaks for a tail."""
        end = self._gap(np.maximum(self.seen // 2, 1), _GAP_FOR_LEVEL)
        return 1.2 * self.ordered[np.arange(len(end)), np.maximum(end - 1, 0)]

    def _end(self, ratio: float) -> NDArray[np.intp]:
        """Past incidents stand apart: the place of the first jump of `ratio` in the upper half of the peaks."""
        count = self.seen - self.first
        most = np.maximum(_LEAST_INCIDENTS, _INCIDENTS * self.seen).astype(np.intp)
        start = self.first + np.maximum.reduce((count - most, count // 2, np.ones_like(count)))
        return self._gap(start, ratio)

    def _gap(self, start: NDArray[np.intp], ratio: float) -> NDArray[np.intp]:
        """The first place from `start` on whose peak is more than `ratio` times the one before; else `seen`."""
        jumps = np.zeros(self.ordered.shape, np.bool_)
        jumps[:, 1:] = self.ordered[:, 1:] > ratio * self.ordered[:, :-1]
        jumps &= np.arange(self.ordered.shape[1]) >= start[:, None]
        end: NDArray[np.intp] = np.where(jumps.any(axis=1), jumps.argmax(axis=1), self.seen)
        return end

    def _mean_excess(self, end: NDArray[np.intp]) -> Floats:
        place = np.arange(self.ordered.shape[1])
        inside = (place >= self.first[:, None]) & (place < end[:, None])
        excess = np.where(inside, self.ordered - self.base[:, None], 0.0)
        mean: Floats = excess.sum(axis=1) / np.maximum(end - self.first, 1)
        return mean
