"""From which score on a sample is flagged, so that false alarms stay near a promised rate.

Without labels: each series' own tail, its shape and level steadied by the series like it, refitted
every day on the scores before that day.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from detectors.tail import Tail
from reinfra.model import DAY, MINUTE, SeriesBlock

_WEEK = 7 * DAY
_FLEET_FACTOR = 2.0  # the fleet's level is twice that of its median series
_OWN_AT_LEAST = 1.5  # no threshold is below a series' own level divided by this


@dataclass(frozen=True, slots=True)
class FalseAlarmRate:
    """The rate to hold: `per_week` false alarms per series and week; alarms within `quiet` ms are one.

    Measured on 1-minute service metrics, the rate holds within a factor of about two for 0.2 to 1.
    A fleet is the series of one metric in the block; about ten like ones steady a threshold well. A
    series of a fleet smaller than `least_fleet` gets 1.41 times its own level, and an exponential
    tail stands in for each missing member's shape: fewer false alarms, less found.

    `history` is how much scored time a series needs before it has a threshold, `least` the lowest
    threshold of scores that count usual errors; scores without a unit have no lowest one.
    """

    per_week: float = 0.25
    quiet: int = 30 * MINUTE
    history: int = DAY
    least_fleet: int = 5
    least: float = 3.0

    def thresholds(self, block: SeriesBlock, scores: Scores) -> Floats:
        """`[series, time]`, constant over each UTC day and made from earlier days' scores only.

        NaN where there is too little history: nothing is flagged there.
        """
        begins = np.flatnonzero(np.diff(block.at // DAY, prepend=-1))
        levels = np.full((len(block.keys), begins.size), np.nan)
        for fleet in _fleets(block):
            tails = [self._tails(block, scores.values[row], begins) for row in fleet]
            for column, of_day in enumerate(zip(*tails, strict=True)):
                levels[fleet, column] = self._levels(of_day, block.step)
        least = self.least if np.isfinite(scores.expected).any() else 0.0
        levels = np.maximum(levels, least)
        return np.repeat(levels, np.diff(begins, append=block.at.size), axis=1)

    def _tails(
        self, block: SeriesBlock, values: Floats, begins: NDArray[np.intp]
    ) -> list[Tail | None]:
        """One series' tail as it is known at the beginning of each day."""
        scored = np.flatnonzero(np.isfinite(values))
        known, at = values[scored], block.at[scored]
        counts = np.searchsorted(scored, begins)
        return [
            Tail.of(known[:count], at[:count], self.quiet)
            if count * block.step >= self.history
            else None
            for count in counts
        ]

    def _levels(self, tails: tuple[Tail | None, ...], step: int) -> Floats:
        """The thresholds of a fleet on one day."""
        shape = self._shape([tail.shape for tail in tails if tail])
        chance = self.per_week * step / _WEEK
        own = np.array([tail.level(chance, shape) if tail else math.nan for tail in tails])
        known = own[~np.isnan(own)]
        usual = np.median(known) if known.size >= self.least_fleet else own
        steadied = np.sqrt(own * _FLEET_FACTOR * usual)
        levels: Floats = np.maximum(steadied, own / _OWN_AT_LEAST)
        return levels

    def _shape(self, shapes: list[float]) -> float:
        """The fleet's median; few series are steadied by exponential tails, whose shape is 0."""
        known = [shape for shape in shapes if not math.isnan(shape)]
        return float(np.median(known + [0.0] * max(0, self.least_fleet - len(known))))


def _fleets(block: SeriesBlock) -> list[NDArray[np.intp]]:
    """The rows of each metric."""
    metrics = np.array([key.metric for key in block.keys])
    return [np.flatnonzero(metrics == metric) for metric in dict.fromkeys(metrics.tolist())]
