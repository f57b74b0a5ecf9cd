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


@dataclass(frozen=True, slots=True)
class Flagging:
    """For one signal. The least deviations are in its base unit, and a share of what was expected.

    `sustain` and `recovery` are in ms: how long samples must stay strange, and how long none may be
    strange before an anomaly has ended.
    """

    worse: Worse = Worse.BOTH
    minimum_absolute: float = 0.0
    minimum_relative: float = 0.0
    sustain: int = 0
    recovery: int = 0

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


def _of(one: DetectOverride) -> dict[str, Any]:
    """What an override sets, in ms."""
    said = one.model_dump(include={"minimum_absolute", "minimum_relative"}, exclude_none=True)
    if one.direction is not None:
        said["worse"] = Worse(one.direction)
    for name in ("sustain", "recovery"):
        if (seconds := getattr(one, name)) is not None:
            said[name] = round(seconds * SECOND)
    return said
