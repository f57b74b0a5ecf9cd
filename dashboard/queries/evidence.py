"""What the page of an incident draws: a series, the band it was expected in, and how it was before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.window import Window
from detectors import episodes
from detectors.registry import detector
from reinfra.config import load_settings
from reinfra.model import DAY, HOUR, SECOND, Anomaly, InputError, SeriesBlock
from reinfra.signals import find
from reinfra.store import Rule, SampleStore, Stored

Floats = NDArray[np.float64]
BEFORE = {"nothing": 0, "previous day": DAY, "previous week": 7 * DAY}
_MOST_LEAD = 7 * DAY


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Columns of one length. `low` and `high` are NaN where nothing was expected, `before` where the
    compared stretch had no sample. `outside` marks samples beyond the band.

    A counter's values are its increase over each step of `step` milliseconds. Where `rolled`, the raw
    samples have expired: these are means of hours, and no band is known for them.
    """

    times: NDArray[np.int64]
    measured: Floats
    low: Floats
    high: Floats
    before: Floats
    outside: NDArray[np.bool_]
    step: int
    rolled: bool = False


def stretch(anomalies: Sequence[Anomaly], now: int) -> Window:
    """The anomalies with some of the time around them, so that the eye has something to compare with."""
    since, until = min(one.since for one in anomalies), max(one.until for one in anomalies)
    lasted = until - since
    lead = min(max(DAY, 2 * lasted), _MOST_LEAD)
    return Window(since - lead, min(until + max(2 * HOUR, lasted // 2), now))


def evidence(
    store: SampleStore, stored: Stored, anomaly: Anomaly, window: Window, shift: int = 0
) -> Evidence:
    """`shift` is how far back "before" lies. The series is read as the batch reads it.

    The band is the detector's expectation, as wide as the threshold that this anomaly passed.
    """
    settings = load_settings().detect
    step = _step(store, stored, window, round(settings.step * SECOND))
    since = max(window.since - max(round(settings.history * DAY), shift), stored.first_at - shift)
    block = store.read([stored], min(since, window.since), window.until, step, Rule.MEAN)
    rolled = block.rolled is not None and bool(block.rolled[0, block.at >= window.since].any())
    unknown = np.full(block.at.size, np.nan)
    low, high = (unknown, unknown) if rolled else band(block, anomaly)
    first = int(np.searchsorted(block.at, window.since))
    values = np.where(block.mask[0], block.values[0], np.nan)
    with np.errstate(invalid="ignore"):
        outside = (values < low) | (values > high)
    return Evidence(
        block.at[first:],
        values[first:],
        low[first:],
        high[first:],
        _shifted(values, shift // step)[first:],
        outside[first:],
        step,
        rolled,
    )


def band(block: SeriesBlock, anomaly: Anomaly) -> tuple[Floats, Floats]:
    """NaN where the anomaly's detector expects no value, as for a series that fell silent."""
    unknown = np.full(block.at.size, np.nan)
    try:
        scores = detector(anomaly.detector).score(block)
    except InputError:
        return unknown, unknown
    low, high = episodes.band(block, scores, anomaly.threshold)
    return low[0], high[0]


def _step(store: SampleStore, stored: Stored, window: Window, default: int) -> int:
    """The signal's cadence; a multiple of it where the series is slower, or the line would be dots; an hour
    where no raw sample is left.
    """
    signal = find(stored.key.metric)
    step = round(signal.cadence * SECOND) if signal and signal.cadence else default
    (at,) = store.samples([stored], window.since, window.until).at
    if not at.size:
        return HOUR
    rhythm = float(np.median(np.diff(at))) if at.size > 1 else float(step)
    return step * max(round(rhythm / step), 1)


def _shifted(values: Floats, steps: int) -> Floats:
    if steps == 0:
        return np.full(values.size, np.nan)
    return np.concatenate([np.full(min(steps, values.size), np.nan), values[:-steps]])
