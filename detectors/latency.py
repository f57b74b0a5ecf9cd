"""Latency: slower than its load explains, or slower because there is more to do."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from detectors.base import HIGHEST, Floats, Scores, readable
from detectors.latency_fit import LoadFit
from detectors.latency_load import is_load, loads_of
from detectors.medians import utc_days
from reinfra.model import DAY, SeriesBlock
from reinfra.signals import wording

_TYPICAL = 3.0  # usual errors: where the band's log scale and the linear one agree for fast samples
_BUSIER_THAN_EVER = 1.2
_BUSIER = 0.5  # of an excess must be the load's for "because busier" to be said


@dataclass(frozen=True, slots=True)
class Latency:
    """How many usual errors a latency is above what its loads explain, both in logarithms.

    Fitted at the beginning of each UTC day on the `memory` before, robustly. Only slow is strange: a fast
    sample's score is at most 1. With `busy`, the score is of how much the load makes it slower than usual, as
    far as it is slower, and in units of how much the busiest moments did so until now: a reason to add
    capacity, not to search a fault. Values that are not positive, and
    those whose load is not known at the time, are not scored. A latency that has no load in the block is held
    against its own usual level, and `busy` has nothing to say of it: at most 1. Loads themselves are not scored.
    """

    busy: bool = False
    memory: int = 14 * DAY
    warm_up: int = 200
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=False, init=False)

    @property
    def limit(self) -> float | None:
        return _BUSIER_THAN_EVER if self.busy else None

    @property
    def name(self) -> str:
        return "latency-load" if self.busy else "latency"

    def score(self, block: SeriesBlock) -> Scores:
        scores = Scores.unscored(block.values.shape)
        values = readable(block)
        for row, key in enumerate(block.keys):
            if is_load(key):
                continue
            x = values[row]
            loads = self._loads(values, loads_of(key, block.keys))
            for days, fit in self._fits(block, x, loads):
                self._fill(x[days], loads[:, days], fit, scores, (row, days))
        return scores

    def explain(self, block: SeriesBlock, row: int, column: int) -> str:
        """One sentence that says which of the two it is, and what the load explains."""
        key, values = block.keys[row], readable(block)
        rows = loads_of(key, block.keys)
        loads = self._loads(values, rows)
        fits = (fit for days, fit in self._fits(block, values[row], loads) if _within(days, column))
        fit = next(fits, None)
        name = wording.signal_name(key)
        if fit is None:
            return f"{name}: too little history"
        explained = float(fit.expected(loads[:, column : column + 1])[0])
        seen = float(values[row, column])
        now, usual, given = (
            wording.amount(key, each) for each in (seen, math.exp(fit.usual), math.exp(explained))
        )
        if not rows:
            return f"{name} {now} against {usual} as usual; its load is not known"
        excess = math.log(max(seen, 1e-300)) - fit.usual
        if excess > 0 and explained - fit.usual >= _BUSIER * excess:
            return f"{name} {now}: slower because busier, its load explains {given} of {usual} as usual"
        return f"{name} {now}: slower than its load explains, which is {given} ({usual} as usual)"

    def _loads(self, values: Floats, rows: list[int]) -> Floats:
        """`[load, time]`, of none as well."""
        return values[np.array(rows, np.intp)]

    def _fits(
        self, block: SeriesBlock, x: Floats, loads: Floats
    ) -> Iterator[tuple[slice, LoadFit]]:
        """The columns of each UTC day, and the fit of what was known when it began."""
        log = np.log(np.where(x > 0, x, np.nan))
        for day in utc_days(block.at):
            first = int(np.searchsorted(block.at, block.at[day.start] - self.memory))
            past = slice(first, day.start)
            fit = LoadFit.of(log[past], loads[:, past], self.warm_up)
            if fit is not None:
                yield day, fit

    def _fill(
        self, x: Floats, loads: Floats, fit: LoadFit, scores: Scores, place: tuple[int, slice]
    ) -> None:
        log = np.log(np.where(x > 0, x, np.nan))
        explained = fit.expected(loads)
        most = max(fit.busiest - fit.usual, _TYPICAL * fit.sigma)
        error = np.full(x.size, most) if self.busy else fit.error(loads)
        guess = np.full(x.size, fit.usual) if self.busy else explained
        away = np.minimum(log, explained) - guess if self.busy else log - guess
        score = np.clip(away / error, 0.0, HIGHEST)
        expected = np.exp(guess) + 0.0 * away
        scores.expected[place], scores.scale[place], scores.values[place] = _linear(
            x, expected, score, error
        )


def _linear(
    x: Floats, expected: Floats, score: Floats, error: Floats
) -> tuple[Floats, Floats, Floats]:
    """Expected value, scale and score in the series' unit, where the score is of logarithms."""
    usual = expected * np.expm1(np.minimum(_TYPICAL * error, 50.0)) / _TYPICAL
    miss = np.abs(x - expected)
    slow = (x > expected) & (score > 0)
    scale = np.where(slow, miss / np.maximum(score, 1e-9), np.maximum(usual, miss))
    scale = np.maximum(scale, 1e-12)
    return expected, scale, miss / scale


def _within(days: slice, column: int) -> bool:
    return bool(days.start <= column < days.stop)
