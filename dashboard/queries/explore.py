"""One series as the explorer draws it: fine where that is feasible, else the extremes of longer steps."""

from dataclasses import dataclass

import numpy as np

from dashboard.queries.evidence import Evidence
from dashboard.queries.window import Window
from detectors.base import Floats
from detectors.seasonal import Decomposition
from reinfra.config import load_settings
from reinfra.model import DAY, HOUR, SECOND, SeriesBlock
from reinfra.signals import find
from reinfra.store import Rule, SampleStore, Stored
from reinfra.store.charts import read_chart

MOST_POINTS = 100_000
_POINTS_OF_STEPS = 700
_DAILY = DAY // HOUR
_STL_DAYS = 14


@dataclass(frozen=True, slots=True, eq=False)
class Explored:
    """`coarse`: too long for every sample, so `shown` has the means of steps, and in its band their least and
    greatest values.
    """

    shown: Evidence
    coarse: bool


def explore(store: SampleStore, stored: Stored, window: Window, shift: int = 0) -> Explored:
    """`shift` is how far back the compared stretch lies, 0 for none."""
    step = rhythm(store, stored, window)
    if window.length // step > MOST_POINTS:
        return Explored(_coarse(store, stored, window, shift), coarse=True)
    block = _read(store, stored, window, step)
    back = Window(window.since - shift, window.until - shift)
    before = _row(_read(store, stored, back, step)) if shift else None
    return Explored(_drawn(block, before), coarse=False)


def rhythm(store: SampleStore, stored: Stored, window: Window) -> int:
    """Milliseconds between samples: the signal's cadence, or slower where the series' last day is slower."""
    signal = find(stored.key.metric)
    default = round(load_settings().detect.step * SECOND)
    step = round(signal.cadence * SECOND) if signal and signal.cadence else default
    last = min(stored.last_at + 1, window.until)
    (at,) = store.samples([stored], max(window.since, last - DAY), last).at
    if not at.size and last > window.since:
        return HOUR  # the raw samples have expired
    usual = float(np.median(np.diff(at))) if at.size > 1 else float(step)
    return step * max(round(usual / step), 1)


def decompose(
    store: SampleStore, stored: Stored, window: Window
) -> tuple[SeriesBlock, Decomposition | None]:
    """The means (of a counter: the increases) of hours, taken apart with a daily season: at least 14 days of
    them, at most 30, whatever the window is. None with less than seven days of samples in them.
    """
    length = min(max(window.length, _STL_DAYS * DAY), 30 * DAY)
    since = (window.until - length) // HOUR * HOUR
    block = store.read([stored], since, window.until, HOUR, Rule.MEAN)
    return block, Decomposition.of(_row(block), _DAILY)


def _read(store: SampleStore, stored: Stored, window: Window, step: int) -> SeriesBlock:
    return store.read([stored], window.since, window.until, step, Rule.MEAN)


def _coarse(store: SampleStore, stored: Stored, window: Window, shift: int) -> Evidence:
    mean, low, high = (
        read_chart(store, [stored], window.since, window.until, _POINTS_OF_STEPS, rule)
        for rule in (Rule.MEAN, Rule.MIN, Rule.MAX)
    )
    back = window.since - shift, window.until - shift
    before = _row(read_chart(store, [stored], *back, _POINTS_OF_STEPS)) if shift else None
    drawn = _drawn(mean, before)
    return Evidence(
        drawn.times,
        drawn.measured,
        _row(low),
        _row(high),
        drawn.before,
        drawn.outside,
        drawn.step,
        drawn.rolled,
    )


def _drawn(block: SeriesBlock, before: Floats | None) -> Evidence:
    unknown = np.full(block.at.size, np.nan)
    rolled = block.rolled is not None and bool(block.rolled.any())
    earlier = unknown if before is None else _fitted(before, block.at.size)
    nowhere = np.zeros(block.at.size, np.bool_)
    return Evidence(block.at, _row(block), unknown, unknown, earlier, nowhere, block.step, rolled)


def _row(block: SeriesBlock) -> Floats:
    return np.where(block.mask[0], block.values[0], np.nan)


def _fitted(values: Floats, size: int) -> Floats:
    """Two grids of one length may differ by a cell where the shift is no multiple of the step."""
    fitted = np.full(size, np.nan)
    fitted[: min(size, values.size)] = values[:size]
    return fitted
