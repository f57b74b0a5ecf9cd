"""What a detector would have flagged, worked out in memory: nothing is stored and nobody is told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.explore import rhythm
from dashboard.queries.window import Window
from detectors import episodes
from detectors.base import Floats, Scores
from detectors.registry import DETECTORS, detector
from reinfra.batch.evaluate import assess, flagged
from reinfra.config import load_settings
from reinfra.model import DAY, SECOND, Anomaly, InputError, SeriesBlock
from reinfra.signals.wording import duration
from reinfra.store import Rule, SampleStore, Stored

MOST_CELLS = 60_000
"""Samples scored at once, of all series together: some seconds for the slowest detector."""
_MOST_SIBLINGS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """`anomalies` end in the window; `low` and `high` are the band at `times`, NaN where none is expected.

    `judged` is the share of the window's samples that had a score and a threshold; `note` says what was read.
    """

    anomalies: tuple[Anomaly, ...]
    times: NDArray[np.int64]
    low: Floats
    high: Floats
    judged: float
    note: str


def names() -> list[str]:
    return list(DETECTORS)


def preview(
    store: SampleStore, stored: Stored, siblings: tuple[Stored, ...], window: Window, name: str
) -> Preview:
    """Score the window with as much history before it as detection would have and memory allows.

    `siblings` are compared with where the detector compares. Raises InputError for an unknown name or a series
    that this detector cannot judge.
    """
    if name not in DETECTORS:
        raise InputError(
            f"no detector is called {name[:40]!r}", todo=f"Known: {', '.join(DETECTORS)}"
        )
    settings = load_settings().detect
    others = () if detector(name).alone else siblings[: _MOST_SIBLINGS - 1]
    read = [stored, *others]
    least = max(rhythm(store, stored, window), round(settings.step * SECOND))
    since = max(window.since - round(settings.history * DAY), min(stored.first_at, window.since))
    step = least * -(-(window.until - since) * len(read) // (least * MOST_CELLS))
    block = store.read(read, since, window.until, step, Rule.MEAN)
    found = assess(block, name, settings)
    ours = tuple(
        one
        for one in flagged(block, name, found, settings)
        if one.key == stored.key and one.until >= window.since
    )
    low, high = _band(block, found.scores, found.thresholds)
    inside = block.at >= window.since
    there = block.mask[0] & inside
    judged = float(found.judged[0][there].mean()) if there.any() else float("nan")
    compared = f", compared with {len(others)} siblings" if others else ""
    note = f"{duration(window.until - since)} read in steps of {duration(step)}{compared}"
    return Preview(ours, block.at[inside], low[inside], high[inside], judged, note)


def _band(block: SeriesBlock, scores: Scores, thresholds: Floats) -> tuple[Floats, Floats]:
    low, high = episodes.band(block, scores, thresholds)
    return low[0], high[0]
