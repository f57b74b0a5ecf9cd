"""What an alert stream was worth: false alarms per series and week, precision, recall of incidents, delay.

An incident is a run of labelled points; runs less than 30 points apart are one. An alert from 2 points before
an incident until 10 after it is true, else false. An incident is found when an alert is true for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

QUIET, EARLY, LATE = 30, 2, 10
WEEK = 7 * 1440  # points a minute apart
_DRAWS = 1000

Figure = Callable[[Sequence["Worth"]], float]


@dataclass(frozen=True, slots=True)
class Worth:
    """One series' alerts; `delays` in points, of the incidents found."""

    alerts: int
    false: int
    incidents: int
    delays: tuple[int, ...]
    weeks: float

    @classmethod
    def of(cls, flagged: NDArray[np.bool_], labels: NDArray[np.bool_]) -> "Worth":
        found: dict[tuple[int, int], int] = {}
        false, every = 0, incidents(labels)
        points = np.flatnonzero(flagged)
        alerts = points[np.diff(points, prepend=-QUIET - 1) > QUIET].tolist()
        for at in alerts:
            true = [one for one in every if one[0] - EARLY <= at < one[1] + LATE]
            false += not true
            for one in true:
                found.setdefault(one, max(0, at - one[0]))
        weeks = labels.size / WEEK
        return cls(len(alerts), false, len(every), tuple(found.values()), weeks)


def incidents(labels: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """`[begin, end)` of each."""
    edges = np.flatnonzero(np.diff(labels.astype(int), prepend=0, append=0))
    found: list[tuple[int, int]] = []
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if found and begin - found[-1][1] < QUIET:
            found[-1] = found[-1][0], end
        else:
            found.append((begin, end))
    return found


def false_per_week(rows: Sequence[Worth]) -> float:
    return float(np.mean([one.false / one.weeks for one in rows]))


def precision(rows: Sequence[Worth]) -> float:
    return 1 - sum(one.false for one in rows) / max(1, sum(one.alerts for one in rows))


def recall(rows: Sequence[Worth]) -> float:
    return sum(len(one.delays) for one in rows) / max(1, sum(one.incidents for one in rows))


def ninetieth(rows: Sequence[Worth]) -> float:
    """False alarms per week that nine series of ten stay below."""
    return float(np.quantile([one.false / one.weeks for one in rows], 0.9))


def delay(rows: Sequence[Worth]) -> float:
    every = [each for one in rows for each in one.delays]
    return float(np.median(every)) if every else float("nan")


def interval(rows: Sequence[Worth], figure: Figure) -> Floats:
    """The middle 95 % of the figure when series are drawn anew, with replacement, a thousand times."""
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(rows), (_DRAWS, len(rows))).tolist()
    values = [figure([rows[place] for place in draw]) for draw in draws]
    return np.quantile(values, (0.025, 0.975))
