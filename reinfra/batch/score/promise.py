"""A file as a test of the promise: its first rows are history, the rest is flagged as a service would have.

Thresholds are pooled over all of the file's series of one step, made anew every day from the days before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from detectors.threshold import FalseAlarmRate, confidence
from reinfra.batch.score.bands import band_of
from reinfra.batch.score.grids import Placed
from reinfra.batch.score.history import History, Promise
from reinfra.batch.score.judged import Judged
from reinfra.model import SeriesBlock, SeriesKey

_MOST_CELLS = 60_000_000

Parts = Sequence[tuple[Placed, Judged]]


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """The parts with their pooled thresholds, the rows of the file at which an alert is sent, and notes."""

    parts: tuple[tuple[Placed, Judged], ...]
    alerts: NDArray[np.intp]
    notes: tuple[str, ...]


def keep(parts: Parts, promise: Promise, quiet: int) -> Kept:
    """Flag what comes after each series' history; alerts no more than `quiet` ms apart are one."""
    rate = FalseAlarmRate(promise.per_week, quiet)
    pools: dict[int, list[int]] = defaultdict(list)
    for number, (placed, _) in enumerate(parts):
        pools[placed.block.step].append(number)
    done, notes = list(parts), dict[str, None]()
    for numbers in pools.values():
        pool = [parts[number] for number in numbers]
        for number, found in zip(numbers, _pooled(pool, rate, notes), strict=True):
            done[number] = _flagged(*parts[number], found, promise.history)
    rows = [row for placed, judged in done for row in _alerts(placed, judged, quiet)]
    return Kept(tuple(done), np.array(rows, np.intp), tuple(notes))


def _pooled(pool: Parts, rate: FalseAlarmRate, notes: dict[str, None]) -> list[Floats]:
    """The thresholds of each part, which are one fleet, unless they lie too far apart in time for one grid."""
    step = pool[0][0].block.step
    first = min(int(judged.block.at[0]) for _, judged in pool)
    begins = [(int(judged.block.at[0]) - first) // step for _, judged in pool]
    width = max(b + judged.block.at.size for b, (_, judged) in zip(begins, pool, strict=True))
    series = sum(len(judged.block.keys) for _, judged in pool)
    if len(pool) > 1 and width * series > _MOST_CELLS:
        return [each for one in pool for each in _pooled([one], rate, notes)]
    parts = np.full((3, series, width), np.nan)
    row = 0
    for begin, (_, judged) in zip(begins, pool, strict=True):
        place = slice(row, row + len(judged.block.keys)), slice(begin, begin + judged.block.at.size)
        found = judged.scores
        for part, given in zip(parts, (found.values, found.expected, found.scale), strict=True):
            part[place] = given
        row += len(judged.block.keys)
    keys = tuple(SeriesKey.of("pool", {"row": str(row)}) for row in range(series))
    at = first + step * np.arange(width, dtype=np.int64)
    scores = Scores(*parts)
    block = SeriesBlock(keys, at, scores.values, np.isfinite(scores.values), step)
    thresholds, states = rate.advance([None] * series, block, scores)
    if note := confidence(states).note:
        notes[note] = None
    rows = np.cumsum([len(judged.block.keys) for _, judged in pool])[:-1]
    split = np.split(thresholds, rows)
    return [
        part[:, begin : begin + judged.block.at.size]
        for begin, part, (_, judged) in zip(begins, split, pool, strict=True)
    ]


def _flagged(
    placed: Placed, judged: Judged, thresholds: Floats, history: History
) -> tuple[Placed, Judged]:
    found = thresholds.copy()
    for row, cells in enumerate(placed.cells):
        learned = np.sort(cells)[: history.of(cells.size)]
        if learned.size:
            found[row, : learned[-1] + 1] = np.nan
    lower, upper = band_of(judged.block, judged.scores, found, causal=True)
    return placed, replace(judged, thresholds=found, lower=lower, upper=upper)


def _alerts(placed: Placed, judged: Judged, quiet: int) -> list[int]:
    """The file's rows that begin an alarm."""
    found = []
    for row, flagged in enumerate(judged.anomaly):
        cells = np.flatnonzero(flagged)
        begins = cells[
            np.diff(cells, prepend=-(quiet // judged.block.step) - 2) * judged.block.step > quiet
        ]
        order = np.argsort(placed.cells[row], kind="stable")
        places = np.searchsorted(placed.cells[row][order], begins)
        found += placed.rows[row][order[places]].tolist()
    return found
