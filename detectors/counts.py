"""Rare events: their number in a cell, and in the last minutes, against what chance gives.

The rate is Gamma distributed given the past, so that a number to come is negative binomial (Gelman et al.,
Bayesian Data Analysis, ch. 2.6). Where past numbers spread further than that, their own spread counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detectors.base import HIGHEST, Floats, Scores, readable
from detectors.count_memory import STRETCH, CountMemory
from detectors.count_tail import nested, window_sums
from detectors.states import pack, unpack
from reinfra.model import DAY, MINUTE, SeriesBlock

_WEEK = 7 * DAY
_LARGEST = 1e12


@dataclass(frozen=True, slots=True)
class Counts:
    """A score above 1: by chance so many would come less than `per_week` times in a week.

    Samples are numbers of events: increases of a counter, or counts of a period; a negative one is not
    scored. The windows that end at a sample are tested as well as the sample: what is too many in an hour
    makes each further event strange. `expected` is the usual number in a cell, and the band ends where
    one of the windows would be too full. What is usual is learned every 64 cells, mostly from the last
    `memory` ms; what was flagged counts there as if it had nearly been usual. Nothing is scored before
    `warm_up` samples.
    """

    per_week: float = 0.25
    windows: tuple[int, ...] = (MINUTE, 5 * MINUTE, 20 * MINUTE, 60 * MINUTE)
    memory: int = 14 * DAY
    warm_up: int = 200
    name: str = field(default="counts", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=1.0, init=False)
    version: int = field(default=1, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        return self.advance([None] * len(block.keys), block)[0]

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        lengths = nested(self.windows, block.step)
        rows = unpack(states, CountMemory.fresh(lengths), self.version, block.step)
        scores = Scores.unscored(block.values.shape)
        if block.at.size:
            x = readable(block)
            x[(x < 0) | (x > _LARGEST)] = np.nan
            begin = int(block.at[0]) // block.step
            memory = CountMemory(rows, lengths)
            self._catch_up(memory, begin, block.step)
            scores.expected[:], scores.scale[:], scores.values[:] = self._walk(
                memory, x, begin, block.step
            )
        return scores, pack(rows, self.version, block.step)

    def _catch_up(self, memory: CountMemory, begin: int, step: int) -> None:
        """Walk over the gaps before the cell `begin`; of a long one, what there is to forget."""
        for end in np.unique(memory.end[memory.end < begin]):
            rows = np.flatnonzero(memory.end == end)
            part = CountMemory(memory.rows[rows], memory.lengths)
            gap = min(int(begin - end), STRETCH + part.recent.shape[1])
            self._walk(part, np.full((rows.size, gap), np.nan), int(end), step)
            memory.rows[rows] = part.rows

    def _walk(
        self, memory: CountMemory, x: Floats, begin: int, step: int
    ) -> tuple[Floats, Floats, Floats]:
        """Expected, scale and score of cells that follow what is remembered; `begin` is the first of them."""
        back, end = memory.recent.shape[1], begin + x.shape[1]
        full = np.concatenate([memory.recent, x], axis=1)
        sums = window_sums(full, memory.lengths)
        found = np.full((3, *x.shape), np.nan)
        keep = float(np.exp(-step / self.memory))
        since = begin
        while since < end:
            over = (since // STRETCH + 1) * STRETCH
            until = min(over, end)
            cells = slice(since - begin + back, until - begin + back)
            found[:, :, since - begin : until - begin] = _scored(memory, full, sums, cells)
            if until == over:
                whole = slice(cells.stop - STRETCH, cells.stop)
                memory.learn(full[:, whole], [each[:, whole] for each in sums], keep)
                self._renew(memory, full[:, whole], step)
            since = until
        memory.recent[:] = full[:, x.shape[1] :]
        memory.end[:] = end
        return found[0], found[1], found[2]

    def _renew(self, memory: CountMemory, x: Floats, step: int) -> None:
        chance = min(self.per_week * step / _WEEK / len(memory.lengths), 0.1)
        ready = np.isfinite(x).any(axis=1) & (memory.seen >= self.warm_up)
        if ready.any():
            memory.renew(np.flatnonzero(ready), chance)


def _scored(memory: CountMemory, full: Floats, sums: list[Floats], cells: slice) -> Floats:
    """`[3, series, cells]`: expected, scale, score.

    The band ends half an event above the highest number that no window finds too many; but
    not below what is usual, so that no sample is strange for being ordinary.
    """
    x, usual = full[:, cells], memory.rate[:, None]
    room = np.full(x.shape, np.inf)
    for each, limit in zip(sums, memory.limits.T, strict=True):
        np.minimum(room, limit[:, None] - (each[:, cells] - x), out=room)
    bound = np.maximum(room, usual) + 0.5
    away = np.abs(x - usual)
    scale = np.maximum(bound - usual, np.where(x < usual, usual, 0.0))
    scale = np.maximum(scale, away / HIGHEST)
    there = np.isfinite(away) & np.isfinite(scale)
    parts = np.stack([np.broadcast_to(usual, x.shape), scale, away / scale])
    return np.where(there, parts, np.nan)
