"""What a run of detectors is asked for, and what it says of itself."""

from collections.abc import Callable
from dataclasses import dataclass

from reinfra.batch.reliance import Reliance
from reinfra.batch.workers import Crew
from reinfra.errors import ExitCode
from reinfra.store import Selector

KIND, PARTIAL = "detect", "detect, in part"
"""Only a run over everything that leaves no gap behind moves where the next one begins."""

EVERYTHING = Selector()
ALONE = Crew()

Stop = Callable[[], bool]
"""Whether to end after the windows that are being searched."""


def never() -> bool:
    """Nobody says stop."""
    return False


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked for. None means: from where the search has come to, until what is complete by now.

    `every` is the rhythm in s of whoever runs it again and again; None where only a scheduler knows it.
    """

    since: int | None = None
    until: int | None = None
    only: tuple[str, ...] = ()
    selector: Selector = EVERYTHING
    dry_run: bool = False
    crew: Crew = ALONE
    max_windows: int | None = None
    every: float | None = None

    @property
    def whole(self) -> bool:
        """Whether every detector searches every series."""
        return not self.only and self.selector == EVERYTHING

    @property
    def goes_on(self) -> bool:
        """A search of a chosen window, or of chosen series, begins anew and leaves the states as they are."""
        return self.since is None and self.selector == EVERYTHING

    @property
    def to_the_present(self) -> bool:
        """Whether it is about now, and no backfill."""
        return self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did in [since, until), of which `windows` are behind it.

    Counts of series: `warming` have too little history to be judged by their values, of `failed` a part
    could not be searched, `stale` have no new sample. `late` samples came after their time had been
    searched: they were learned from at most. `failures` holds each different reason once; `confidence` says of
    learned thresholds how far they can be relied on.
    """

    run: str
    since: int
    until: int
    series: int
    scored: int
    warming: int
    anomalies: int
    incidents: int
    dry_run: bool
    late: int = 0
    windows: int = 0
    failed: int = 0
    stale: int = 0
    seconds: float = 0.0
    exit_code: ExitCode = ExitCode.OK
    note: str = ""
    failures: tuple[str, ...] = ()
    found: tuple[tuple[int, str], ...] = ()
    confidence: tuple[Reliance, ...] = ()
