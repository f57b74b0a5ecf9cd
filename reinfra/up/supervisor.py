"""Starts the parts, looks after them, and ends them in order."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reinfra.config.up import UpSettings
from reinfra.errors import ExitCode
from reinfra.up.notify import notify
from reinfra.up.part import Part

_LOOK_EVERY = 0.2
REPORT_EVERY = 30.0
"""Seconds between two signs of life."""


@dataclass(frozen=True, slots=True, eq=False)
class Supervisor:
    """`parts` are started in this order. `report` is told how they stand at once and then now and again."""

    parts: Sequence[Part]
    settings: UpSettings
    stop: threading.Event
    report: Callable[[str], None]
    monotonic: Callable[[], float] = time.monotonic

    def run(self) -> ExitCode:
        """Until `stop` is set. PARTIAL: something had to be killed. FAILED: a part was down at the end."""
        for part in self.parts:
            part.start()
        notify("READY=1", f"STATUS={self.state}")
        self._watch()
        down = [part.name for part in self.parts if not part.runs]
        notify("STOPPING=1")
        in_time = self._end()
        if down:
            return ExitCode.FAILED
        return ExitCode.OK if in_time else ExitCode.PARTIAL

    @property
    def state(self) -> str:
        return "; ".join(part.state for part in self.parts)

    def _watch(self) -> None:
        told, said = self.monotonic() - REPORT_EVERY, ""
        while not self.stop.wait(_LOOK_EVERY):
            for part in self.parts:
                part.look()
            if self.monotonic() - told >= REPORT_EVERY or self.state != said:
                told, said = self.monotonic(), self.state
                notify("WATCHDOG=1", f"STATUS={said}")
                self.report(said)

    def _end(self) -> bool:
        """One after the other, each in its share of the time: what still comes in is worked on to the end."""
        begin, in_time = self.monotonic(), True
        for number, part in enumerate(self.parts, start=1):
            part.terminate()
            until = begin + self.settings.stop * number / len(self.parts)
            in_time = part.wait(until) and in_time
        return in_time
