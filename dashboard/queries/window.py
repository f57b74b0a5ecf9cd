"""The stretch of time a page is about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.model import DAY, HOUR, MINUTE
from reinfra.store import Stored

RANGES = {"1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY, "14d": 14 * DAY, "30d": 30 * DAY}
DEFAULT_RANGE = "14d"
STALE = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Window:
    """[since, until) in milliseconds since 1970 UTC."""

    since: int
    until: int

    @property
    def length(self) -> int:
        return self.until - self.since

    @property
    def before(self) -> "Window":
        """The window of the same length that ends where this one begins."""
        return Window(self.since - self.length, self.since)

    def edges(self, buckets: int) -> NDArray[np.int64]:
        """`buckets + 1` instants from `since` to `until`, evenly apart."""
        return np.linspace(self.since, self.until, buckets + 1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant a page speaks of: now, or the newest sample where the samples ended before.

    `late` is how old the newest sample is where that is worth a warning, else 0.
    """

    at: int
    late: int

    def last(self, length: int) -> Window:
        return Window(self.at - length, self.at)


def as_of(fleet: tuple[Stored, ...], now: int) -> AsOf:
    """A recorded week that ended a month ago is still worth looking at; a page says that it is old."""
    newest = max((stored.last_at for stored in fleet), default=now)
    age = now - newest
    return AsOf(min(newest, now) + MINUTE, age) if age > STALE else AsOf(now, 0)
