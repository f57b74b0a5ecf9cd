"""Shares of few trials, such as answers that passed: exact intervals, and a sum that remembers a slow decline.

The share is Beta distributed given the past, so that passes to come are beta-binomial (Gelman et al., Bayesian
Data Analysis, ch. 2.4). The sum is of log-likelihood ratios for odds of failure that grew (Steiner et al.,
Biostatistics 2000); by chance it passes h once in exp(h) cells or less often (Lorden, Annals of
Mathematical Statistics 1971).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detectors.base import HIGHEST, Scores, readable
from detectors.beta_binomial import interval
from detectors.share_memory import ShareMemory
from detectors.states import pack, unpack
from reinfra.model import DAY, SeriesBlock, SeriesKey

_WEEK = 7 * DAY

BASES = {"reinfra.quality.successes": "reinfra.quality.trials"}
"""The signal that counts the trials of another, its labels being the same."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """A score above 1: fewer, or more, passed than chance brings `per_week` times in a week, now or by and by.

    Samples are numbers of passes; their trials are the series that `BASES` names, in the same block. Cells
    of fewer than `least` trials wait for the next ones and are judged with them; until then there is no
    score, nor before `warm_up` trials were judged. `expected` and the band are passes of a cell's own trials,
    given those that waited. The sum looks for odds of failure that grew `odds`-fold. What was flagged is
    learned from as if it had just not been; the last `memory` judgements count mostly.
    """

    per_week: float = 0.25
    least: int = 30
    warm_up: int = 100
    odds: float = 2.0
    memory: int = 1000
    name: str = field(default="proportion", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=False, init=False)
    limit: float | None = field(default=1.0, init=False)
    version: int = field(default=1, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        return self.advance([None] * len(block.keys), block)[0]

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        rows = unpack(states, ShareMemory().row, self.version, block.step)
        scores, x = Scores.unscored(block.values.shape), readable(block)
        cells = (block.at // block.step).tolist()
        for row, base in _pairs(block.keys):
            memory = ShareMemory.of(rows[row])
            usable = np.isfinite(x[row]) & (x[base] > 0) & (x[row] >= 0) & (x[row] <= x[base])
            for column in np.flatnonzero(usable).tolist():
                passed, trials = float(x[row, column]), float(x[base, column])
                found = self._judge(memory, passed, trials, cells[column], block.step)
                if found is not None:
                    scores.expected[row, column], scores.scale[row, column] = found
                    scores.values[row, column] = abs(passed - found[0]) / found[1]
            rows[row] = memory.row
        return scores, pack(rows, self.version, block.step)

    def _judge(
        self, memory: ShareMemory, passed: float, trials: float, cell: int, step: int
    ) -> tuple[float, float] | None:
        """Expected passes, and the band's width on the side of `passed`; None while too little is known."""
        memory.first = cell if math.isnan(memory.first) else memory.first
        memory.cells += 1
        often = memory.cells / (cell - memory.first + 1)
        chance = min(self.per_week * step / _WEEK / often / 2, 0.1)
        ready = memory.passed + memory.failed >= self.warm_up
        bound = self._follow(memory, passed, trials, -math.log(chance)) if ready else -math.inf
        before = memory.waiting_passed
        memory.waiting += trials
        memory.waiting_passed += passed
        if memory.waiting < self.least:
            return None
        low, high = interval(memory.waiting, *memory.beta(memory.waiting), chance / 2)
        keep = 1 - 1 / self.memory
        whole, seen = memory.waiting, memory.waiting_passed
        expected = trials * memory.share
        memory.learn(whole, min(max(seen, low), high) if ready else seen, keep)
        if not ready:
            return None
        side = max(low - before - 0.5, bound) if passed <= expected else high - before + 0.5
        return expected, _width(expected, side, passed)

    def _follow(self, memory: ShareMemory, passed: float, trials: float, most: float) -> float:
        """Add a cell to the sum. Returns the passes below which the sum would be more than `most`."""
        odds = self.odds * (1 - memory.share) / memory.share
        worse = 1 / (1 + odds)
        gain = math.log((1 - worse) / (1 - memory.share)) / memory.dispersion
        loss = math.log(memory.share / worse) / memory.dispersion
        bound = (memory.total + trials * gain - most) / (gain + loss)
        total = memory.total + (trials - passed) * gain - passed * loss
        memory.total = min(max(total, 0.0), most)
        return bound


def _width(expected: float, side: float, passed: float) -> float:
    """The distance from what is expected to the end of the band, where that lies on the sample's side of it."""
    toward = expected - side if passed <= expected else side - expected
    return max(toward, 0.5, abs(passed - expected) / HIGHEST)


def _pairs(keys: Sequence[SeriesKey]) -> list[tuple[int, int]]:
    """Rows of passes, each with the row of its trials."""
    bases = {(key.metric, key.labels): row for row, key in enumerate(keys)}
    found = []
    for row, key in enumerate(keys):
        base = bases.get((BASES.get(key.metric, ""), key.labels))
        if base is not None:
            found.append((row, base))
    return found
