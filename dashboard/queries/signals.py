"""How one signal does over a whole fleet: the middle series of each moment."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.window import Window
from reinfra.model import DERIVED_LABEL
from reinfra.signals import Signal, find
from reinfra.store import SampleStore, Stored
from reinfra.store.charts import read_chart

MOST_SERIES = 300


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The median over series of their means per bucket, NaN where none had a sample.

    `derived` says that the signal was computed and not measured. `series` of `of` series were read. `rolled`:
    some of it comes from the sums of hours, as where raw samples have expired.
    """

    signal: Signal
    median: NDArray[np.float64]
    series: int
    of: int
    derived: bool
    rolled: bool = False

    @property
    def points(self) -> int:
        """How many buckets had a sample."""
        return int(np.isfinite(self.median).sum())

    @property
    def latest(self) -> float:
        """The last bucket that had a sample."""
        known = self.median[np.isfinite(self.median)]
        return float(known[-1]) if known.size else float("nan")

    @property
    def typical(self) -> float:
        """The middle of the window, to compare the latest with."""
        known = self.median[np.isfinite(self.median)]
        return float(np.median(known)) if known.size else float("nan")


def busiest(fleet: tuple[Stored, ...], family: str, window: Window) -> Signal | None:
    """The signal of a family that was watched most in the window, in series and time; None without any."""
    watched: Counter[str] = Counter()
    for stored in fleet:
        lasted = min(stored.last_at, window.until) - max(stored.first_at, window.since)
        if lasted >= 0:
            watched[stored.key.metric] += lasted + 1
    for metric, _ in watched.most_common():
        signal = find(metric)
        if signal and signal.family == family:
            return signal
    return None


def course(
    store: SampleStore, fleet: tuple[Stored, ...], signal: Signal, window: Window, buckets: int
) -> Course:
    members = [stored for stored in fleet if stored.key.metric == signal.name]
    read = members[:MOST_SERIES]
    block = read_chart(store, read, window.since, window.until, buckets)
    median = np.full(block.at.size, np.nan)
    known = np.isfinite(block.values).any(axis=0)
    median[known] = np.nanmedian(block.values[:, known], axis=0)
    derived = any(stored.key.label(DERIVED_LABEL) for stored in read)
    rolled = block.rolled is not None and bool(block.rolled.any())
    return Course(signal, median, len(read), len(members), derived, rolled)


def trends(
    store: SampleStore, series: tuple[Stored, ...], window: Window, buckets: int
) -> list[list[float | None]]:
    """Each series' means per bucket, for a small line in a table; None where there was no sample."""
    block = read_chart(store, list(series), window.since, window.until, buckets)
    return [
        [value if np.isfinite(value) else None for value in row.tolist()] for row in block.values
    ]
