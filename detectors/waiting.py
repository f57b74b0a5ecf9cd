"""What a job lost that waits for its slowest member at every step."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.base import Floats
from detectors.siblings import group
from reinfra.model import SECOND, SeriesBlock, SeriesKey
from reinfra.signals import wording

SPEEDS = ("hw.gpu.clock.sm", "hw.gpu.clock.graphics", "aws.neuron.core.flops")
"""Signals that a member's speed is at most proportional to."""

POWER = "hw.power"
_MEMBER = ("hw.id", "rank")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of one episode: `time` in ms that all `members` together took longer, `energy` in J of those that waited.

    NaN energy: no power of each of them is in the block.
    """

    members: int
    time: float
    energy: float

    @classmethod
    def of(cls, block: SeriesBlock, expected: Floats, row: int, columns: slice) -> Self | None:
        """None for a signal that is no speed, for what no job waits for, and where nothing was lost.

        A member at the share 1 - s of its speed makes each step of the others wait for the share s of it.
        """
        key = block.keys[row]
        if key.metric not in SPEEDS or not any(key.label(name) for name in _MEMBER):
            return None
        seen, usual = block.values[row, columns], expected[columns]
        slow = np.clip(np.nan_to_num(1 - seen / usual), 0, 1)
        members = [other for other in block.keys if group(other) == group(key)]
        time = float(slow.sum()) * block.step
        if not time:
            return None
        return cls(len(members), time, _energy(block, key, slow, columns, len(members) - 1))

    def __str__(self) -> str:
        energy = wording.quantity(self.energy, "J") if np.isfinite(self.energy) else wording.UNKNOWN
        lost = f"a job that waits for all {self.members} lost {wording.duration(self.time)}"
        return f"{lost}; energy of the others meanwhile {energy}, its price unknown"


def _energy(block: SeriesBlock, key: SeriesKey, slow: Floats, columns: slice, others: int) -> float:
    """Power of those that waited over the time they waited; NaN unless it is known of each, throughout."""
    alike = group(key)
    rows = [
        row
        for row, other in enumerate(block.keys)
        if other.metric == POWER
        and alike is not None
        and (of := group(other)) is not None
        and of[1] == alike[1]
        and any(other.label(name) != key.label(name) for name in _MEMBER)
    ]
    if len(rows) != others:
        return float("nan")
    power = block.values[rows, columns].sum(axis=0)[slow > 0]
    return float((power * slow[slow > 0]).sum()) * block.step / SECOND
