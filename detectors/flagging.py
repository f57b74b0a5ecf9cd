"""Which strange samples of a signal are worth a word: the bad way, by how much, for how long."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.choice import matching
from reinfra.config import DetectOverride
from reinfra.model import SECOND
from reinfra.signals import Worse, find

_LEAST: dict[tuple[str, str], tuple[float, float]] = {
    ("utilization", "1"): (0.01, 0.0),
    ("coverage", "1"): (0.01, 0.0),
    ("health", "Cel"): (1.0, 0.0),
    ("health", "Hz"): (0.0, 0.01),
    ("power", "W"): (0.0, 0.01),
    ("memory", "By"): (0.0, 0.001),
}
"""By family and unit the least deviation, absolute and relative: one step of the coarsest source, such as whole
percents of utilization, whole degrees, and 15 MHz of a 2 GHz clock."""

_AS_THEY_ARE = ("minimum_absolute", "minimum_relative", "open_points", "open_window")


@dataclass(frozen=True, slots=True)
class Flagging:
    """For one signal. The least deviations are in its base unit, and a share of what was expected.

    Three rules open and clear an anomaly. At least `open_points` of `open_window` cells running must be
    strange (3 of 5). Samples must stay strange for `sustain` ms. None may be strange for `recovery` ms
    before it has ended.
    """

    worse: Worse = Worse.BOTH
    minimum_absolute: float = 0.0
    minimum_relative: float = 0.0
    sustain: int = 0
    recovery: int = 0
    open_points: int = 1
    open_window: int = 1

    @property
    def memory(self) -> int:
        """Cells before a window that decide, with it, what of it counts; `sustain` is a time and apart."""
        return self.open_window - 1 if self.open_points > 1 else 0

    @classmethod
    def of(cls, metric: str, recovery: int, overrides: Sequence[DetectOverride] = ()) -> Self:
        """What the registry says of the signal; then what the overrides say, the last of them first."""
        signal = find(metric)
        absolute, relative = _LEAST.get((signal.family, signal.unit), (0, 0)) if signal else (0, 0)
        worse = signal.worse if signal else Worse.BOTH
        said: dict[str, Any] = {}
        for one in matching(metric, overrides):
            said = _of(one) | said
        return replace(cls(worse, absolute, relative, recovery=recovery), **said)

    def on_grid(self, step: int) -> Self:
        """Of cells of `step` ms: neighbours are never apart."""
        return replace(self, recovery=max(self.recovery, step))

    def counts(self, x: Floats, expected: Floats) -> NDArray[np.bool_]:
        """Where samples lie the bad way and far enough from what was expected; everywhere where nothing was."""
        away = x - expected
        least = np.maximum(self.minimum_absolute, self.minimum_relative * np.abs(expected))
        counts = ~(np.abs(away) < least)
        if self.worse is Worse.UP:
            counts &= ~(away <= 0)
        elif self.worse is Worse.DOWN:
            counts &= ~(away >= 0)
        return counts

    def runs(
        self, at: NDArray[np.int64], flagged: NDArray[np.bool_], scored: NDArray[np.bool_]
    ) -> list[NDArray[np.intp]]:
        """The places of flagged samples, apart where none was flagged for longer than `recovery`.

        With `sustain`, only those of streaks that last as long count: flagged samples with no
        other scored one between.
        """
        if self.open_points > 1:
            flagged = _dense(flagged, self.open_points, self.open_window)
        points = np.flatnonzero(flagged)
        if self.sustain and points.size:
            calm = np.cumsum(scored & ~flagged)[points]
            _, streak = np.unique(calm, return_inverse=True)
            first = at[points][np.searchsorted(streak, streak)]
            last = at[points][np.searchsorted(streak, streak, side="right") - 1]
            points = points[last - first >= self.sustain]
        if not points.size:
            return []
        return np.split(points, np.flatnonzero(np.diff(at[points]) > self.recovery) + 1)


def _dense(flagged: NDArray[np.bool_], least: int, window: int) -> NDArray[np.bool_]:
    """Flagged cells that are among at least `least` such ones of some `window` cells running."""
    ends = _running(flagged, window) >= least
    inside = _running(ends[::-1], window)[::-1] > 0
    return flagged & inside


def _running(flags: NDArray[np.bool_], window: int) -> NDArray[np.int64]:
    """How many of each cell and the `window - 1` before it are set."""
    total = np.cumsum(flags, dtype=np.int64)
    total[window:] -= total[:-window].copy()
    return total


def _of(one: DetectOverride) -> dict[str, Any]:
    """What an override sets, in ms."""
    said = one.model_dump(include=set(_AS_THEY_ARE), exclude_none=True)
    if one.direction is not None:
        said["worse"] = Worse(one.direction)
    for name in ("sustain", "recovery"):
        if (seconds := getattr(one, name)) is not None:
            said[name] = round(seconds * SECOND)
    return said
