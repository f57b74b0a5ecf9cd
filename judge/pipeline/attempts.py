"""Asking until there is a reply: waits as the server wants, and gives up in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from judge.backends import Asked, Backend, Graded, PassingError, Usage
from judge.parse import Reply
from judge.pipeline.limiter import Limiter

Wait = Callable[[float], bool]
"""Waits so many seconds; whether the run has been told to stop meanwhile."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`timeout` is the seconds of one item, waits and all tries together; `longest_wait` of one wait."""

    attempts: int = 6
    timeout: float = 300.0
    first_wait: float = 0.5
    longest_wait: float = 30.0


class StoppedError(Exception):
    """The run ends before this item has a reply; it is nobody's failure and has no verdict."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """One item after the other from one thread. `wait` and `now` (s) come from outside."""

    backend: Backend
    limiter: Limiter
    patience: Patience
    wait: Wait
    generator: np.random.Generator
    now: Callable[[], float] = time.monotonic

    def grade(self, asked: Asked) -> tuple[Graded, float]:
        """The reply, and how many seconds the last try took. Raises BackendError, StoppedError."""
        began = self.now()
        for number in range(1, self.patience.attempts + 1):
            asked_at = self.now()
            try:
                graded = self._once(asked)
            except PassingError as error:
                rest = self._rest(number, error)
                if number == self.patience.attempts:
                    return _given_up(error, number, "the last try"), self.now() - asked_at
                if self.now() + rest > began + self.patience.timeout:
                    return _given_up(error, number, "out of time"), self.now() - asked_at
                if self.wait(rest):
                    raise StoppedError from error
            else:
                usage = replace(graded.usage, attempts=number)
                return replace(graded, usage=usage), self.now() - asked_at
        raise AssertionError("a Patience has at least one attempt")

    def _once(self, asked: Asked) -> Graded:
        throttled = False
        self.limiter.acquire()
        try:
            return self.backend.ask(asked)
        except PassingError as error:
            throttled = error.throttled
            raise
        finally:
            self.limiter.release(throttled=throttled)

    def _rest(self, number: int, error: PassingError) -> float:
        """As long as the server asks for, else up to twice as long each time, drawn at random.

        Drawn over the whole range, so that items that were refused together do not come back together.
        """
        if error.retry_after is not None:
            return error.retry_after + float(self.generator.uniform(0, self.patience.first_wait))
        most = min(self.patience.first_wait * 2**number, self.patience.longest_wait)
        return float(self.generator.uniform(0, most))


def _given_up(error: PassingError, tries: int, which: str) -> Graded:
    reply = Reply(error.status, why=f"{which}: {error}"[:500])
    return Graded(reply, "", Usage(attempts=tries))
