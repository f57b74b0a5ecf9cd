"""Samples between the database and the caller: flat columns, and the blocks and groups they are cut by."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reinfra.model import HOUR

BLOCK = 4 * HOUR
"""No frame and no chunk reaches over a multiple of this, so that a read by time opens few of them."""

GROUP = 256
"""Series whose ids share id // GROUP share frames: few enough to read one of them, enough to write many."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Samples: `value[i]` of series `ids[i]` at `at[i]`."""

    ids: NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]

    def take(self, index: NDArray[Any]) -> "Columns":
        return Columns(self.ids[index], self.at[index], self.value[index])

    @classmethod
    def empty(cls) -> "Columns":
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))

    @classmethod
    def concat(cls, parts: list["Columns"]) -> "Columns":
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls.empty()
        return cls(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.at for part in parts]),
            np.concatenate([part.value for part in parts]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Samples by series: those of `ids[i]` are `[start[i], start[i] + count[i])`, by increasing time.

    One series may have several runs when they come from several blocks; a run never leaves its block.
    `seq` is each sample's frame, or None where the runs come from chunks or no one asks.
    """

    ids: NDArray[np.int64]
    start: NDArray[np.int64]
    count: NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    seq: NDArray[np.int64] | None = None


def lengths(sorted_ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each run of equal numbers starts, and how long it is."""
    if not sorted_ids.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    start = np.flatnonzero(np.diff(sorted_ids, prepend=sorted_ids[0] - 1))
    return start, np.diff(start, append=sorted_ids.size)
