"""A series made fit for windows: trimmed to its samples, short gaps bridged, in units of its own spread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

_FLAT = 1e-9
"""Spreads below this part of a series' size are rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """`x` from the first sample to the last, `there` where one is. Elsewhere `x` lies between its neighbours:
    windows need a value in every place, and those with more than a few such places are not looked at.
    """

    first: int
    x: Floats
    there: NDArray[np.bool_]
    centre: float
    unit: float

    @property
    def flat(self) -> bool:
        return self.unit <= _FLAT * abs(self.centre) or self.unit == 0


def filled(values: Floats) -> Filled | None:
    """`values` with NaN where there is no sample; None without any."""
    there = np.isfinite(values)
    seen = np.flatnonzero(there)
    if not seen.size:
        return None
    span = slice(int(seen[0]), int(seen[-1]) + 1)
    known = values[seen]
    centre, unit = float(known.mean()), float(known.std())
    x = values[span]
    if seen.size < x.size:
        x = np.interp(np.arange(span.start, span.stop), seen, known)
    normal = (x - centre) / (unit if unit > 0 else 1.0)
    return Filled(span.start, normal, there[span], centre, unit)
