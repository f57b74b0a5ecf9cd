"""A call that must not be waited for longer than so many seconds, such as one into a driver."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class StuckError(Exception):
    """The call has not returned."""


class Bounded(Generic[Answer]):
    """One call at a time, for one caller at a time, on a thread that dies with the process.

    A call that does not return cannot be ended. It stays out, and no other is made until it is back.
    """

    def __init__(self, call: Callable[[], Answer]) -> None:
        self._call = call
        self._done: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
        self._since: float | None = None

    @property
    def busy(self) -> bool:
        """Whether a call is out."""
        return self._since is not None

    def __call__(self, seconds: float) -> Answer:
        """The call's answer, or what it raised. Raises StuckError where it takes longer.

        The answer of a call that was out too long is thrown away when it comes: it is of another time.
        """
        late = self._since is not None
        if not late:
            self._start()
        answer = self._wait(seconds)
        if late:
            self._start()
            answer = self._wait(seconds)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _start(self) -> None:
        self._since = time.monotonic()
        threading.Thread(target=self._work, daemon=True).start()

    def _wait(self, seconds: float) -> Answer | BaseException:
        try:
            answer = self._done.get(timeout=seconds)
        except queue.Empty:
            out = time.monotonic() - (self._since or 0.0)
            raise StuckError(f"no answer for {out:.1f} s") from None
        self._since = None
        return answer

    def _work(self) -> None:
        try:
            self._done.put(self._call())
        except BaseException as error:  # noqa: BLE001  (raised where the answer is waited for)
            self._done.put(error)
