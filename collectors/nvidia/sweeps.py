"""Sweeps for the store, which takes counts of a period, and for OpenTelemetry, which takes totals."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from collectors.base import CollectorError
from collectors.bounded import Bounded, StuckError
from collectors.nvidia.plan import Reading
from collectors.nvidia.session import Session, Sweep
from reinfra.model import Clock, SeriesKey


@dataclass(slots=True)
class Sweeps:
    """`timeout` bounds the wait for NVML in seconds; a driver that hangs is told by what it was asked."""

    session: Session
    clock: Clock
    timeout: float
    _pending: Counter[SeriesKey] = field(default_factory=Counter)
    _totals: Counter[SeriesKey] = field(default_factory=Counter)
    _bounded: Bounded[Sweep] = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._bounded = Bounded(lambda: self.session.sweep(self.clock()))

    def period(self) -> tuple[Sweep, list[Reading]]:
        """A sweep, and the events since this was last asked. Raises CollectorError."""
        with self._lock:
            sweep = self._sweep()
            here = {key for key, _ in sweep.events}
            pending = self._pending.items()
            counts = [(key, float(count)) for key, count in pending if count or key in here]
            self._pending.clear()
        return sweep, counts

    def total(self) -> tuple[Sweep, list[Reading]]:
        """A sweep, and the events since the first. Raises CollectorError."""
        with self._lock:
            sweep = self._sweep()
            return sweep, [(key, float(self._totals[key])) for key, _ in sweep.events]

    def close(self) -> None:
        """Let go of NVML, unless it hangs: then it is let go of with the process."""
        with self._lock:
            if not self._bounded.busy:
                self.session.close()

    def _sweep(self) -> Sweep:
        try:
            sweep = self._bounded(self.timeout)
        except StuckError as error:
            question, device = self.session.asking
            where = f"{question} of {device}" if device else question
            raise CollectorError(
                "NVML hangs",
                why=f"{where}: {error}",
                todo="The driver does not answer: look for XIDs in the kernel's log; the host may need a reboot.",
            ) from error
        for counts in (self._pending, self._totals):
            for key, count in sweep.events:
                counts[key] += int(count)
        return sweep
