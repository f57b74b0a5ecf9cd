"""NAB's score of a detector, under its three profiles.

Lavin and Ahmad, "Evaluating Real-Time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark",
ICMLA 2015. One threshold for the whole corpus, the one that scores best, as NAB's own optimiser finds it;
0 is a detector that never speaks, 100 one that speaks at the beginning of every window and never else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

_PROBATION, _LONGEST = 0.15, 5000


@dataclass(frozen=True, slots=True)
class Profile:
    """What a false alarm and a missed window cost, where a window found at once is worth 1."""

    false: float
    missed: float


PROFILES = {"standard": Profile(0.11, 1), "low FP": Profile(0.22, 1), "low FN": Profile(0.11, 2)}


def probation(points: int) -> int:
    """So many of a file's first points are not judged."""
    return math.ceil(min(math.floor(_PROBATION * points), _PROBATION * _LONGEST))


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """A score for each point of a file, and which points lie in a labelled window."""

    scores: Floats
    labels: NDArray[np.bool_]

    @property
    def windows(self) -> list[tuple[int, int]]:
        """First and last point of each."""
        edges = np.flatnonzero(np.diff(self.labels.astype(int), prepend=0, append=0))
        return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def best(files: Sequence[File], profile: Profile) -> tuple[float, float]:
    """The score at the best threshold, and that threshold: a point counts from there on."""
    strange, worth, window, count = _points(files, profile)
    order = np.argsort(-strange, kind="stable")
    strange, worth, window = strange[order], worth[order], window[order]
    judged = np.unique(window[window >= 0]).size
    gains = np.where(window < 0, worth, _gains(worth, window, profile.missed))
    totals = -profile.missed * judged + np.cumsum(gains)
    last = np.flatnonzero(np.append(np.diff(strange) != 0, [True]))
    silent = -profile.missed * judged
    at = last[int(np.argmax(totals[last]))]
    top, threshold = max((float(totals[at]), float(strange[at])), (silent, math.inf))
    return 100 * (top - silent) / (count - silent), threshold


def _points(
    files: Sequence[File], profile: Profile
) -> tuple[Floats, Floats, NDArray[np.intp], int]:
    """Score, worth and window (-1: none) of every judged point, and how many windows there are."""
    parts, count = [], 0
    for one in files:
        worth, window = _worth(one, profile)
        window[window >= 0] += count
        count += len(one.windows)
        judged = np.arange(one.scores.size) >= probation(one.scores.size)
        parts.append((np.nan_to_num(one.scores)[judged], worth[judged], window[judged]))
    strange, worths, windows = (np.concatenate(each) for each in zip(*parts, strict=True))
    return strange, worths, windows, count


def _worth(file: File, profile: Profile) -> tuple[Floats, NDArray[np.intp]]:
    """Early in a window is worth 1, its end 0; after it a false alarm costs more and more, before any all."""
    worth = np.full(file.scores.size, -profile.false)
    window = np.full(file.scores.size, -1, np.intp)
    windows = file.windows
    for number, (begin, end) in enumerate(windows):
        width = end - begin + 1
        inside = np.arange(begin, end + 1)
        worth[inside] = _sigmoid(-(end - inside + 1) / width) / _sigmoid(np.array(-1.0))
        window[inside] = number
        until = windows[number + 1][0] if number + 1 < len(windows) else file.scores.size
        after = np.arange(end + 1, until)
        worth[after] = profile.false * _sigmoid((after - end) / max(width - 1, 1))
    return worth, window


def _sigmoid(position: Floats) -> Floats:
    return np.where(position > 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(position, 50))) - 1)  # noqa: PLR2004


def _gains(worth: Floats, window: NDArray[np.intp], missed: float) -> Floats:
    """What each point adds to its window, of which only the most valuable point seen so far counts."""
    gains = np.zeros_like(worth)
    have: dict[int, float] = {}
    for at in np.flatnonzero(window >= 0):
        before = have.get(int(window[at]), -missed)
        if worth[at] > before:
            gains[at] = worth[at] - before
            have[int(window[at])] = worth[at]
    return gains
