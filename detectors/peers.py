"""A series that does something else than its siblings: a slow GPU of a host, a rank that others wait for.

The difference to the siblings' median, its own usual difference removed, summed up where it stays:
Page's cumulative sum (Biometrika 1954).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.base import HIGHEST, Floats, Scores, readable
from detectors.cusum import follow, height
from detectors.medians import median
from detectors.peer_memory import STRETCH, PeerMemory
from detectors.siblings import groups
from detectors.states import pack, unpack
from detectors.waiting import Waiting
from reinfra.model import DAY, SeriesBlock

_WEEK = 7 * DAY
_LONGEST_GAP = 2 * STRETCH


@dataclass(frozen=True, slots=True)
class Peers:
    """A score above 1: by chance the sum would get so high less than `per_week` times in a week.

    Siblings are what `detectors.siblings` says; at least `least` of them must have moved together lately,
    stretch by stretch, and have a sample now. Of one alone nothing is said, nor of one that goes its own way, nor
    before eight stretches of 32 cells. `expected` is the siblings' median and the series' own usual
    difference; the band is as wide as it takes for one more sample to bring the sum to its limit, so it
    narrows while a deviation stays, down to `slack` standard deviations. A difference that lasts
    longer than half of 48 stretches is usual from then on.
    """

    per_week: float = 0.25
    least: int = 4
    slack: float = 0.35
    name: str = field(default="peers", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=False, init=False)
    limit: float | None = field(default=1.0, init=False)
    version: int = field(default=1, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        return self.advance([None] * len(block.keys), block)[0]

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        rows = unpack(states, PeerMemory.fresh(), self.version, block.step)
        scores = Scores.unscored(block.values.shape)
        if not block.at.size:
            return scores, pack(rows, self.version, block.step)
        begin, x = int(block.at[0]) // block.step, readable(block)
        common, siblings = self.common(block, x)
        memory = PeerMemory(rows)
        for end in np.unique(memory.end[memory.end < begin]):
            late = np.flatnonzero(memory.end == end)
            part, gap = PeerMemory(rows[late]), min(int(begin - end), _LONGEST_GAP)
            nothing = np.full((late.size, gap), np.nan)
            self._walk(part, nothing, nothing, siblings[late], int(end), block.step)
            rows[late] = part.rows
        found = self._walk(memory, x, common, siblings, begin, block.step)
        scores.expected[:], scores.scale[:], scores.values[:] = found
        return scores, pack(rows, self.version, block.step)

    def adds(self, block: SeriesBlock, scores: Scores, row: int, points: NDArray[np.intp]) -> str:
        """What the whole job lost waiting, where the signal is a speed."""
        columns = slice(int(points[0]), int(points[-1]) + 1)
        waiting = Waiting.of(block, scores.expected[row], row, columns)
        return str(waiting) if waiting else ""

    def common(self, block: SeriesBlock, x: Floats) -> tuple[Floats, NDArray[np.intp]]:
        """`[series, time]` the median of its siblings, and `[series]` the number of its group, -1 for none."""
        common, number = np.full(x.shape, np.nan), np.full(len(x), -1, np.intp)
        for each, members in enumerate(groups(block.keys, self.least)):
            common[members] = median(np.ascontiguousarray(x[members].T), self.least)
            number[members] = each
        return common, number

    def _walk(
        self,
        memory: PeerMemory,
        x: Floats,
        common: Floats,
        siblings: NDArray[np.intp],
        begin: int,
        step: int,
    ) -> Floats:
        """`[3, series, time]` expected, scale and score of the cells from `begin` on, stretch by stretch."""
        found = np.full((3, *x.shape), np.nan)
        most = height(_WEEK / (step * self.per_week), self.slack)
        since, end = begin, begin + x.shape[1]
        while since < end:
            over = (since // STRETCH + 1) * STRETCH
            until = min(over, end)
            cells, place = slice(since - begin, until - begin), since % STRETCH
            memory.own[:, place : place + until - since] = x[:, cells]
            memory.common[:, place : place + until - since] = common[:, cells]
            found[:, :, cells] = self._scored(memory, x[:, cells], common[:, cells], siblings, most)
            if until == over:
                memory.learn()
                memory.own[:], memory.common[:] = np.nan, np.nan
            since = until
        memory.end[:] = end
        return found

    def _scored(
        self, memory: PeerMemory, x: Floats, common: Floats, siblings: NDArray[np.intp], most: float
    ) -> Floats:
        bias = memory.bias
        follows = memory.together & np.isfinite(bias) & (siblings >= 0)
        many = np.bincount(siblings[follows], minlength=int(siblings.max(initial=0)) + 1)
        silent = ~follows | (many[siblings] < self.least)
        memory.up[silent] = memory.down[silent] = 0.0
        expected = common + np.where(silent, np.nan, bias)[:, None]
        scale = memory.scale(bias)[:, None]
        z = np.clip((x - expected) / scale, -HIGHEST, HIGHEST)
        rises, falls = follow(z, memory.up, memory.down, self.slack, most)
        room = most + self.slack - np.where(z >= 0, rises, falls)
        width = np.maximum(scale * room, np.abs(x - expected) / HIGHEST)
        score = np.abs(x - expected) / width
        return np.where(np.isfinite(score), np.stack([expected, width, score]), np.nan)
