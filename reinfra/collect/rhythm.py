"""When a source is due, and whether its collection takes too long."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

GRACE = 5.0
"""Seconds beyond twice its timeout after which a collection is said to hang."""


def next_due(due: float, every: float, now: float) -> tuple[float, int]:
    """The next instant of the rhythm that is not over, and how many were missed meanwhile."""
    missed = max(0, int((now - due) // every))
    return due + (missed + 1) * every, missed


@dataclass(frozen=True, slots=True)
class Running:
    """The collections that have begun and not ended, so that one which hangs is noticed."""

    monotonic: Callable[[], float]
    _begun: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, name: str, timeout: float) -> None:
        with self._lock:
            self._begun[name] = (self.monotonic(), timeout)

    def end(self, name: str) -> None:
        with self._lock:
            self._begun.pop(name, None)

    def hanging(self) -> dict[str, float]:
        """The sources that should long have answered, and the seconds since they were asked."""
        now = self.monotonic()
        with self._lock:
            taken = {name: (now - at, timeout) for name, (at, timeout) in self._begun.items()}
        return {name: age for name, (age, timeout) in taken.items() if age > 2 * timeout + GRACE}
