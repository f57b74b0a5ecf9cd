"""Runs one after the other, each as soon as a window is complete, until told to stop."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from reinfra.batch.request import Report
from reinfra.config import DetectSettings
from reinfra.errors import ExitCode, LockedError, ReinfraError
from reinfra.model import SECOND, Clock

_SOON = 0.05  # s after a window is complete, so that clocks that jitter agree that it is

log = structlog.get_logger()


def ran(run: Callable[[], Report], after: Callable[[Report | None], None]) -> Report:
    """One run and what follows it, also where it failed; nothing follows one that another kept out."""
    try:
        report = run()
    except LockedError:
        raise
    except ReinfraError:
        after(None)
        raise
    after(report)
    return report


@dataclass(frozen=True, slots=True)
class Again:
    """`run` is one run; `tell` hears of each, `after` is done after each, whatever became of it."""

    settings: DetectSettings
    run: Callable[[], Report]
    tell: Callable[[Report], None]
    after: Callable[[Report | None], None]
    stop: threading.Event
    clock: Clock

    def forever(self) -> ExitCode:
        """Until `stop` is set; PARTIAL where that cut a run short. What fails is told, and the next run tries."""
        last = ExitCode.OK
        while not self.stop.is_set():
            last = self._once()
            self.stop.wait(self._until_complete())
        return ExitCode.PARTIAL if last is ExitCode.PARTIAL else ExitCode.OK

    def _once(self) -> ExitCode:
        try:
            report = ran(self.run, self.after)
        except LockedError as error:
            log.info("detect", locked=str(error))
            return error.exit_code
        except ReinfraError as error:
            log.warning("detect", failed=str(error))
            return ExitCode.FAILED
        self.tell(report)
        return report.exit_code

    def _until_complete(self) -> float:
        """Seconds until the next window is complete, and searched."""
        width, lag = round(self.settings.window * SECOND), round(self.settings.lag * SECOND)
        return (width - (self.clock() - lag) % width) / SECOND + _SOON
