"""How many requests may be in flight: a few more while all goes well, fewer when throttled.

Additive increase, multiplicative decrease (Chiu and Jain 1989, Computer Networks 17:1-14), decided once for each
round of as many requests as may be in flight. A few refusals are the price of using what the server has; a cut for
each of them would leave most of it unused.
"""

import threading

CUT = 0.7
FIRST = 8
BEARABLE = 0.2
"""The share of refused requests in a round up to which it goes on as before."""

_LEAST_ROUND = 16


class Limiter:
    """At most `most` in flight. For many threads at once."""

    def __init__(self, most: int, first: int = FIRST) -> None:
        self._most = most
        self._limit = float(min(first, most))
        self._flying = 0
        self._answers, self._refusals = 0, 0
        self._growing_fast = True
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        return int(self._limit)

    def acquire(self) -> None:
        """Wait for a place."""
        with self._changed:
            while self._flying >= int(self._limit):
                self._changed.wait()
            self._flying += 1

    def release(self, *, throttled: bool) -> None:
        with self._changed:
            before = int(self._limit)
            self._flying -= 1
            self._answers += 1
            self._refusals += throttled
            if self._answers >= max(before, _LEAST_ROUND):
                self._end_round()
            self._changed.notify(max(1, int(self._limit) - before + 1))

    def _end_round(self) -> None:
        if self._refusals > BEARABLE * self._answers:
            self._growing_fast = False
            self._limit = max(self._limit * CUT, 1.0)
        else:
            more = self._limit if self._growing_fast else 1.0
            self._limit = min(self._limit + more, float(self._most))
        self._answers, self._refusals = 0, 0
