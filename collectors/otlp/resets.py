"""Counters that began anew and rose above their last value before anybody looked.

Nothing but the start time tells of that: a series whose start has moved gets a sample of zero at its new start,
where it indeed was zero. A start equal to the point's own time is unknown (metrics data model, "Cumulative
streams: handling unknown start time") and no such sign.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_FIRST = 1_024


@dataclass(slots=True)
class Resets:
    """By series number: when each was last said to have begun, and its last sample; ms, 0 for never."""

    since: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_FIRST, np.int64))
    last: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_FIRST, np.int64))

    def begun(
        self, series: NDArray[np.int32], at: NDArray[np.int64], since: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Which samples are the first after a new start; `since` is 0 where it means nothing."""
        self._room(series)
        before = self.since[series]
        moved = (before > 0) & (since > before) & (since < at)
        return moved & (since > self.last[series])

    def note(
        self, series: NDArray[np.int32], at: NDArray[np.int64], since: NDArray[np.int64]
    ) -> None:
        """To be called once the samples are safe, so that a repeated request finds the same resets."""
        self._room(series)
        np.maximum.at(self.since, series, since)
        np.maximum.at(self.last, series, at)

    def _room(self, series: NDArray[np.int32]) -> None:
        needed = int(series.max(initial=-1)) + 1 - self.since.size
        if needed > 0:
            more = np.zeros(max(needed, self.since.size), np.int64)
            self.since, self.last = np.append(self.since, more), np.append(self.last, more)
