"""Several rounds of one source in one write: what an agent that reads every second would spend most on."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import structlog

from reinfra.collect.writer import Writer
from reinfra.model import Batch, Origin, Page, Report
from reinfra.store import Store, StoreError

HOLD = 5.0
"""Seconds that samples wait at most to be written with those after them: what a kill may lose."""

_STILL_SO = 10.0
"""Seconds after which it is written again that a source is as it was."""

_MOST = 100_000
"""Samples that are kept while the store takes none."""

_NEVER = float("-inf")

log = structlog.get_logger()


@dataclass(slots=True)
class Gathering:
    """The writer of one source that is read here, where no sender waits for an acknowledgement.

    What comes less often than every HOLD seconds is written as it comes. While the store takes nothing,
    samples wait for the next round. Reports that repeat the round before are written every ten seconds.
    """

    writer: Writer
    name: str
    origin: Origin
    monotonic: Callable[[], float]
    _held: list[Batch] = field(default_factory=list)
    _written: float = _NEVER
    _reports: list[Report] = field(default_factory=list)
    _said: list[Report] = field(default_factory=list)
    _said_at: float = _NEVER
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def store(self) -> Store:
        return self.writer.store

    def write(self, name: str, origin: Origin, given: Batch | Page | Report) -> dict[str, int]:
        """As Writer.write; what was refused of samples that waited is said with the write that ends it."""
        match given:
            case Batch():
                with self._lock:
                    self._held.append(given)
                return self.flush()
            case Report():
                self._reports.append(given)
                return {}
            case Page():
                return self.writer.write(name, origin, given)

    def over(self, name: str, error: str = "") -> None:
        """A round has ended, with an error or well. Raises StoreError."""
        reports, self._reports = self._reports, []
        now = self.monotonic()
        again = not error and reports == self._said and now - self._said_at < _STILL_SO
        if again and not any(report.refused or report.answers for report in reports):
            return
        self._said_at = _NEVER
        for report in reports:
            self.writer.write(name, self.origin, report)
        self.writer.over(name, error)
        if not error:
            self._said, self._said_at = reports, now

    def flush(self, hold: float = HOLD) -> dict[str, int]:
        """Write what has waited, if the last write is so long ago. Raises StoreError."""
        with self._lock:
            now = self.monotonic()
            if not self._held or now - self._written < hold:
                return {}
            try:
                refused = self.writer.write(self.name, self.origin, joined(self._held))
            except StoreError:
                self._reports = []  # the round is not over, and never will be
                self._keep()
                raise
            self._held, self._written = [], now
            return refused

    def _keep(self) -> None:
        """The newest of what waits, as far as there is room."""
        while sum(map(len, self._held)) > _MOST:
            log.warning(
                "collect", source=self.name, lost=len(self._held[0]), why="nothing is written"
            )
            del self._held[0]


def joined(batches: Sequence[Batch]) -> Batch:
    """All of their samples; quick where all have the same tuple of keys."""
    first = batches[0]
    if any(one.keys is not first.keys for one in batches):
        return Batch.concat(batches)
    if len(batches) == 1:
        return first
    return Batch(
        first.keys,
        np.concatenate([one.series for one in batches]),
        np.concatenate([one.at for one in batches]),
        np.concatenate([one.value for one in batches]),
    )
