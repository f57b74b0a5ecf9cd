"""What follows a run: own figures, a ping outside, and a look at the loops that should live beside it."""

from dataclasses import dataclass

import structlog

from reinfra.alerts import deadman
from reinfra.batch.deciding import announce
from reinfra.batch.own import Own, figures
from reinfra.batch.ping import ping
from reinfra.batch.request import Report, Request
from reinfra.config import Settings
from reinfra.model import Clock
from reinfra.store import Store, StoreError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class After:
    """Called with each run's report; None where it failed. Nothing here fails a run that went well."""

    store: Store
    settings: Settings
    request: Request
    clock: Clock
    own: Own | None = None

    def __call__(self, report: Report | None) -> None:
        if self.request.dry_run or not self.request.whole:
            return
        now = self.clock()
        try:
            if self.own:
                self.own.take(figures(self.store, report, now), now)
            watched(self.store, self.settings)
        except StoreError as error:
            log.warning("after a run", failed=str(error))
        if report is not None:
            ping(self.settings.deadman, report.exit_code)


def watched(store: Store, settings: Settings) -> None:
    """Look at all loops; who is told is who is told of every incident. Raises StoreError."""
    now = store.clock()
    deadman.watch(store, settings.deadman, now, announce=announce(settings, now))
