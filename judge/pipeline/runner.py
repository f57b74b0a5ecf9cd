"""Many items at once: threads ask, one place writes what came, and nothing that came is lost.

There is no batch to be filled: a reply goes to the sink at the latest GATHER seconds after the write before, with
the others that came meanwhile. A process that is killed loses what was in flight and what came since that write.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from judge.backends import Asked, Backend, BackendError, Graded
from judge.pipeline.attempts import Attempts, Patience, StoppedError, Wait
from judge.pipeline.limiter import Limiter

MOST_IN_FLIGHT = 64
_AHEAD = 4  # items handed out for each thread, so that none waits for the one that hands out
GATHER = 0.05
"""Seconds between two writes, so that a fast server is not slowed down by transactions of a few rows."""
_LARGEST = 500  # replies of one write


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply and which question it answers; `seconds` is how long its last try took."""

    asked: Asked
    graded: Graded
    seconds: float


Sink = Callable[[list[Judged]], None]
"""Writes replies for good before it returns."""

_Result = Judged | StoppedError | BaseException


@dataclass(frozen=True, slots=True)
class Runner:
    """`threads` bounds how many are in flight; the limiter finds out how many the server takes.

    `stop` ends the run: no further item is asked, what is in flight is waited for and written.
    """

    backend: Backend
    threads: int = 16
    patience: Patience = field(default_factory=Patience)
    seed: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    wait: Wait | None = None
    limiter: Limiter | None = None

    def run(self, items: Iterable[Asked], sink: Sink) -> int:
        """How many were answered. Raises BackendError, after everything that came was written."""
        limiter = self.limiter or Limiter(self.threads)
        todo: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[_Result] = queue.SimpleQueue()
        seeds = np.random.SeedSequence(self.seed).spawn(self.threads)
        workers = [
            threading.Thread(
                target=self._work, args=(todo, done, limiter, seed), name="judge", daemon=True
            )
            for seed in seeds
        ]
        for worker in workers:
            worker.start()
        try:
            return self._feed(iter(items), todo, done, sink)
        finally:
            self.stop.set()
            for _ in workers:
                todo.put(None)

    def _feed(
        self,
        items: Iterator[Asked],
        todo: "queue.SimpleQueue[Asked | None]",
        done: "queue.SimpleQueue[_Result]",
        sink: Sink,
    ) -> int:
        out, answered, ended = 0, 0, False
        trouble: BaseException | None = None
        written_at = time.monotonic() - GATHER
        while True:
            while not ended and not self.stop.is_set() and out < self.threads * _AHEAD:
                asked = next(items, None)
                ended = asked is None
                if asked is not None:
                    todo.put(asked)
                    out += 1
            if not out:
                break
            came = _ready(done, written_at + GATHER)
            written_at = time.monotonic()
            out -= len(came)
            replies = [each for each in came if isinstance(each, Judged)]
            if replies:
                sink(replies)
                answered += len(replies)
            errors = [e for e in came if not isinstance(e, Judged | StoppedError)]
            if errors:
                trouble = trouble or errors[0]
                self.stop.set()
        if trouble is not None:
            raise trouble
        return answered

    def _work(
        self,
        todo: "queue.SimpleQueue[Asked | None]",
        done: "queue.SimpleQueue[_Result]",
        limiter: Limiter,
        seed: np.random.SeedSequence,
    ) -> None:
        wait = self.wait or self.stop.wait
        generator = np.random.default_rng(seed)
        attempts = Attempts(self.backend, limiter, self.patience, wait, generator)
        while (asked := todo.get()) is not None:
            done.put(self._one(attempts, asked))

    def _one(self, attempts: Attempts, asked: Asked) -> _Result:
        if self.stop.is_set():
            return StoppedError()
        try:
            graded, seconds = attempts.grade(asked)
        except (BackendError, StoppedError) as error:
            return error
        except BaseException as error:  # noqa: BLE001 - a thread's error belongs to whoever waits for it
            return error
        return Judged(asked, graded, seconds)


def _ready(done: "queue.SimpleQueue[_Result]", not_before: float) -> list[_Result]:
    """At least one result, and all others that are there by then."""
    came = [done.get()]
    time.sleep(max(not_before - time.monotonic(), 0.0))
    while len(came) < _LARGEST:
        try:
            came.append(done.get_nowait())
        except queue.Empty:
            break
    return came
