"""Fewer points for a chart, without losing what the chart is for.

A mean per bucket hides a spike. So each bucket keeps its extremes, as M4 does (Jugel et al., VLDB 2014),
and every flagged point and interval edge is kept besides.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIMIT = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """`rows` are the increasing row numbers that a chart draws, out of `total`."""

    rows: NDArray[np.intp]
    total: int

    @property
    def note(self) -> str:
        """What the chart must say of itself; empty where every point is drawn."""
        if self.rows.size == self.total:
            return ""
        return (
            f"{self.rows.size:,} of {self.total:,} points shown: extremes and every flagged point"
        )


def keep(values: NDArray[np.float64], flagged: NDArray[np.bool_], limit: int = LIMIT) -> Kept:
    """About `limit` rows: per bucket the least, the greatest and the first missing one (NaN, so that the
    line breaks there), both ends of the series, and every flagged row, however many they are.
    """
    total = values.size
    if total <= limit:
        return Kept(np.arange(total), total)
    edges = np.linspace(0, total, max(limit // 3, 1) + 1).astype(np.intp)
    rows = {0, total - 1, *np.flatnonzero(flagged).tolist()}
    for since, until in itertools.pairwise(edges.tolist()):
        rows.update(since + row for row in _telling(values[since:until]))
    return Kept(np.array(sorted(rows), np.intp), total)


def inside(at: NDArray[np.int64], intervals: Iterable[tuple[int, int]]) -> NDArray[np.bool_]:
    """Which instants lie in any of the closed intervals, or right beside one."""
    flagged = np.zeros(at.size, np.bool_)
    for since, until in intervals:
        first = int(np.searchsorted(at, since)) - 1
        last = int(np.searchsorted(at, until, side="right"))
        flagged[max(first, 0) : last + 1] = True
    return flagged


def _telling(part: NDArray[np.float64]) -> set[int]:
    missing = np.isnan(part)
    rows = {int(missing.argmax())} if missing.any() else set()
    if not missing.all():
        rows |= {int(np.nanargmin(part)), int(np.nanargmax(part))}
    return rows
