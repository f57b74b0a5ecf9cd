"""VUS-PR: how well scores rank the points of labelled ranges and their surroundings, without a threshold.

Paparrizos, Boniol, Palpanas, Tsay, Elmore and Franklin, "Volume under the surface", VLDB 2022, as the TSB-AD
benchmark computes it: 250 thresholds, and ranges widened by 0 to `window` points with falling weight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

THRESHOLDS = 250
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """`rank[point]` is the first of the thresholds, highest first, that a point's score reaches."""

    rank: Places
    predicted: Floats
    begins: Places
    ends: Places
    inside: NDArray[np.bool_]


def vus_pr(score: Floats, label: NDArray[np.bool_], window: int) -> float:
    """From 0 to 1. `score` without NaN; `label` True in at least one point; `window` in points."""
    ranked = _ranked(score, label)
    areas = [_area(ranked, width) for width in range(window + 1)]
    return float(np.mean(areas))


def _ranked(score: Floats, label: NDArray[np.bool_]) -> _Ranked:
    order = np.sort(score)[::-1]
    levels = order[np.linspace(0, score.size - 1, THRESHOLDS).astype(int)]
    rank = np.minimum(np.searchsorted(-levels, -score), THRESHOLDS - 1)
    edges = np.diff(label.astype(np.int8), prepend=0, append=0)
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    predicted = np.bincount(rank, minlength=THRESHOLDS).cumsum().astype(float)
    return _Ranked(rank, predicted, begins, ends, label)


def _area(ranked: _Ranked, width: int) -> float:
    """Average precision with ranges widened by half of `width` to either side."""
    inside = np.bincount(ranked.rank[ranked.inside], minlength=THRESHOLDS).cumsum()
    around = _around(ranked, width)
    hit = inside + around
    labels = float(ranked.inside.sum())
    expected = (labels + labels + around) / 2
    recall = np.minimum(hit / expected, 1) * _reached(ranked, width // 2)
    precision = hit / ranked.predicted
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def _around(ranked: _Ranked, width: int) -> Floats:
    """By threshold, the weight of the points around ranges whose score reaches it."""
    half, size = width // 2, ranked.rank.size
    if not half:
        return np.zeros(THRESHOLDS)
    distance = np.arange(1, half + 1)
    weight = np.tile(np.sqrt(1 - distance / width), ranked.begins.size)
    total = np.zeros(size)
    for places in (ranked.begins[:, None] - distance, ranked.ends[:, None] + distance):
        flat = places.ravel()
        there = (flat >= 0) & (flat < size)
        np.add.at(total, flat[there], weight[there])
    near = np.flatnonzero((total > 0) & ~ranked.inside)
    counted = np.minimum(total[near], 1)
    return np.bincount(ranked.rank[near], counted, THRESHOLDS).cumsum()


def _reached(ranked: _Ranked, half: int) -> Floats:
    """By threshold, the share of the widened ranges, joined where they overlap, that any score reaches."""
    begins, ends = ranked.begins - half, ranked.ends + half
    apart = np.flatnonzero(ends[:-1] < begins[1:])
    firsts = np.maximum(begins[np.append(0, apart + 1)], 0)
    lasts = np.minimum(ends[np.append(apart, ends.size - 1)], ranked.rank.size - 1)
    best = [ranked.rank[a : b + 1].min() for a, b in zip(firsts, lasts, strict=True)]
    return np.bincount(best, minlength=THRESHOLDS).cumsum() / len(best)
