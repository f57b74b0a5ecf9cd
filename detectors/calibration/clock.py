"""Time in blocks of half an hour, and days of blocks."""

from dataclasses import dataclass
from typing import Self

from reinfra.model import DAY, MINUTE

WEEK = 7 * DAY
WINDOW_DAYS = 14
"""So many days of blocks are learned from: what a series did before says less of what it does next."""

_LEAST = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class Blocks:
    """`width` ms each, numbered from 1970 on; `per_day` of them are a day, after which thresholds are made anew.

    Half an hour, unless samples or alarms are farther apart than that.
    """

    width: int
    per_day: int

    @classmethod
    def of(cls, step: int, quiet: int) -> Self:
        width = max(_LEAST, quiet, step)
        return cls(width, max(1, DAY // width))

    @property
    def window(self) -> int:
        """Blocks that are learned from."""
        return WINDOW_DAYS * self.per_day

    @property
    def per_week(self) -> float:
        return WEEK / self.width

    @property
    def least(self) -> int:
        """Blocks without which a series has no tail of its own; two thirds of a day, and not fewer than 32."""
        return max(32, 2 * self.per_day // 3)

    def day(self, at: int) -> int:
        """The number of the day that `at` (ms) is in."""
        return at // (self.width * self.per_day)
