"""Series that a source gives again and again: their keys and indices are made once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reinfra.model import Batch, SeriesKey


@dataclass(slots=True)
class Standing:
    """While the keys are those of the batch before, batches share one tuple of them.

    So whoever stores them finds the series by that tuple, and not by each key.
    """

    _keys: tuple[SeriesKey, ...] = ()
    _series: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def batch(self, at: int, readings: Iterable[tuple[SeriesKey, float]]) -> Batch:
        """One value per series, all read at `at`."""
        pairs = list(readings)
        return self.columns(at, [key for key, _ in pairs], [value for _, value in pairs])

    def columns(self, at: int, keys: Sequence[SeriesKey], values: Sequence[float]) -> Batch:
        given = tuple(keys)
        if given != self._keys:  # quick where they are the same objects
            self._keys, self._series = given, np.arange(len(given), dtype=np.int32)
        times = np.full(len(given), at, np.int64)
        return Batch(self._keys, self._series, times, np.array(values, np.float64))
