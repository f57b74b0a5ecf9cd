"""Strata: pieces of work of the same kind, found on both sides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.gaps.runs import Runs


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stratum that is left out of the comparison, with the rows each side had in it."""

    payload: str
    concurrency: int
    candidate_rows: int
    baseline_rows: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """One payload bin at one concurrency. `weight` is its share of the matched rows of both sides."""

    payload: str
    concurrency: int
    candidate: Runs
    baseline: Runs
    weight: float

    @property
    def name(self) -> str:
        return f"{self.payload} x {self.concurrency}"


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """The shares are of each side's rows that lie in the matched strata."""

    strata: tuple[Stratum, ...]
    dropped: tuple[Dropped, ...]
    candidate_share: float
    baseline_share: float

    @property
    def weights(self) -> NDArray[np.float64]:
        return np.array([stratum.weight for stratum in self.strata])


def match(candidate: Runs, baseline: Runs, least_rows: int) -> Matching:
    """Strata with at least `least_rows` rows on both sides; the others are listed as dropped."""
    left, right = _rows_by_stratum(candidate), _rows_by_stratum(baseline)
    none = np.empty(0, np.intp)
    pairs = {key: (left.get(key, none), right.get(key, none)) for key in sorted({*left, *right})}
    kept = {key: pair for key, pair in pairs.items() if min(map(len, pair)) >= least_rows}
    rows = sum(len(a) + len(b) for a, b in kept.values())
    strata = tuple(
        Stratum(*key, candidate.select(a), baseline.select(b), (len(a) + len(b)) / rows)
        for key, (a, b) in kept.items()
    )
    dropped = tuple(
        Dropped(*key, len(a), len(b), _why_dropped(len(a), len(b), least_rows))
        for key, (a, b) in pairs.items()
        if key not in kept
    )
    return Matching(
        strata,
        dropped,
        sum(len(stratum.candidate) for stratum in strata) / len(candidate),
        sum(len(stratum.baseline) for stratum in strata) / len(baseline),
    )


def _rows_by_stratum(runs: Runs) -> dict[tuple[str, int], NDArray[np.intp]]:
    found: dict[tuple[str, int], list[int]] = {}
    for row, key in enumerate(runs.strata):
        found.setdefault(key, []).append(row)
    return {key: np.array(rows, np.intp) for key, rows in found.items()}


def _why_dropped(candidate: int, baseline: int, least_rows: int) -> str:
    if not candidate:
        return "the candidate has no such work"
    if not baseline:
        return "the baseline has no such work"
    return f"fewer than {least_rows} rows on a side"
