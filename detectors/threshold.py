"""From which score on a sample is flagged, so that false alarms stay near a promised rate.

Without labels: each series' own tail, steadied by the series like it, as a multiple that a replay of the
last two weeks found to hold the rate; made anew every day from the days before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from detectors.calibration.clock import Blocks
from detectors.calibration.confidence import Confidence
from detectors.calibration.fleet import Fit
from detectors.calibration.maxima import Maxima
from detectors.calibration.state import VERSION, Memory, fleet, split, unpack
from detectors.tail import Tails
from reinfra.model import MINUTE, SeriesBlock

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FalseAlarmRate:
    """The rate to hold: `per_week` false alarms per series and week; alarms within `quiet` ms are one.

    A fleet is the series of one metric in the block. Measured on 1-minute service metrics, the rate holds
    within a factor of two from 0.1 to 3 for ten like series or more; `confidence` says where there are fewer.
    A series has a threshold from the first midnight (UTC) after two thirds of a day of scores; before that it
    gets one and a half times its fleet's, if three of the fleet have one.

    `least` is the lowest threshold of scores that count usual errors; others have no lowest one.
    """

    per_week: float = 0.25
    quiet: int = 30 * MINUTE
    least: float = 3.0

    @property
    def version(self) -> int:
        return VERSION

    def thresholds(
        self, block: SeriesBlock, scores: Scores, excluded: Flags | None = None
    ) -> Floats:
        """`[series, time]`, constant over each UTC day and made from earlier days' scores only.

        NaN where there is too little history: nothing is flagged there. What is `excluded` (`[series, time]`,
        such as acknowledged incidents) is not learned from.
        """
        return self.advance([None] * len(block.keys), block, scores, excluded)[0]

    def advance(
        self,
        states: Sequence[bytes | None],
        block: SeriesBlock,
        scores: Scores,
        excluded: Flags | None = None,
    ) -> tuple[Floats, list[bytes]]:
        """As `thresholds`, going on from the states of earlier blocks. All series of a fleet must be there."""
        blocks = Blocks.of(block.step, self.quiet)
        values = scores.values if excluded is None else np.where(excluded, np.nan, scores.values)
        found = np.full(values.shape, np.nan)
        if not block.at.size:
            blank = Memory.blank(len(states), blocks, 0).pack(blocks)
            return found, [one or other for one, other in zip(states, blank, strict=True)]
        memory, fresh = unpack(states, blocks, blocks.day(int(block.at[0])))
        fleets = fleets_of(block)
        for day, begin, end in _days(block.at, blocks):
            if day != memory.day:
                memory, fresh = memory.moved(day, blocks), np.ones_like(fresh)
            for rows in fleets:
                self._begin(memory, rows, fresh[rows], blocks)
            fresh = np.zeros_like(fresh)
            unit = np.where(np.isfinite(memory.unit), memory.unit, memory.cold)
            found[:, begin:end] = (memory.factor * unit)[:, None]
            span = day * blocks.per_day, (day + 1) * blocks.per_day
            part = Maxima.of(values[:, begin:end], block.at[begin:end], blocks, span)
            memory.today = memory.today.merged(part)
        counted = np.isfinite(scores.scale)
        return np.where(counted, np.maximum(found, self.least), found), memory.pack(blocks)

    def opens(self, since: int, until: int, step: int) -> bool:
        """Whether a day begins in between, so that the long part of a state is needed."""
        blocks = Blocks.of(step, self.quiet)
        return blocks.day(until - 1) > blocks.day(since - 1)

    def split(self, state: bytes) -> tuple[bytes, bytes]:
        return split(state)

    def in_hindsight(self, block: SeriesBlock, scores: Scores) -> Floats:
        """`[series]`: from which score on a sample stands out of all of its series' own scores; NaN for none."""
        blocks = Blocks.of(block.step, self.quiet)
        if not block.at.size:
            return np.full(len(block.keys), np.nan)
        span = int(block.at[0]) // blocks.width, int(block.at[-1]) // blocks.width + 1
        maxima = Maxima.of(scores.values, block.at, blocks, span)
        tails = Tails.of(maxima.peaks(blocks.width, self.quiet))
        levels = tails.level(self.per_week / blocks.per_week, np.nan_to_num(tails.shape))
        levels = np.where(tails.enough, levels, tails.apart())
        return np.where(tails.highest > 0, levels, np.nan)

    def _begin(self, memory: Memory, rows: NDArray[np.intp], fresh: Flags, blocks: Blocks) -> None:
        """Makes a fleet's thresholds at the beginning of a day; later ones of its series get the fleet's."""
        if fresh.all():
            past = memory.past.of_rows(rows)
            fit = Fit.of(past, memory.units[rows], blocks, self.quiet, self.per_week)
            memory.unit[rows] = fit.units
            memory.cold[rows], memory.factor[rows], memory.weeks[rows] = (
                fit.cold,
                fit.factor,
                fit.weeks,
            )
        elif fresh.any():
            known = rows[~fresh][0]
            for shared in (memory.cold, memory.factor, memory.weeks):
                shared[rows[fresh]] = shared[known]


def confidence(states: Sequence[bytes]) -> Confidence:
    """How far the promise can be relied on for the fleet whose states these are."""
    return Confidence(*fleet(states))


def fleets_of(block: SeriesBlock) -> list[NDArray[np.intp]]:
    """The rows of each metric."""
    metrics = np.array([key.metric for key in block.keys])
    return [np.flatnonzero(metrics == metric) for metric in dict.fromkeys(metrics.tolist())]


def _days(at: NDArray[np.int64], blocks: Blocks) -> list[tuple[int, int, int]]:
    """Each day's number and columns `[begin, end)`."""
    number = at // (blocks.width * blocks.per_day)
    begins = np.flatnonzero(np.diff(number, prepend=-1))
    ends = np.append(begins[1:], at.size)
    return [(int(number[b]), int(b), int(e)) for b, e in zip(begins, ends, strict=True)]
