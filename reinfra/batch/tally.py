"""What a run has come to, pass by pass."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from detectors.calibration.confidence import Confidence
from reinfra.batch.evaluate import Evaluation
from reinfra.errors import ReinfraError
from reinfra.model import HOUR, SECOND
from reinfra.store import Stored
from reinfra.store.runs import Done

RETRIED = 2 * HOUR
"""What failed in part is searched again by the next runs for so long; then it is passed over."""

_MOST = 10  # different reasons that are told


@dataclass(slots=True)
class Tally:
    """Sums over the passes that are done; `scored`, `warming` and `failed` are ids of series.

    `until` is where the next run goes on; it stays where it is once `held`.
    """

    until: int | None = None
    held: bool = False
    windows: int = 0
    scored: set[int] = field(default_factory=set)
    warming: set[int] = field(default_factory=set)
    failed: dict[int, str] = field(default_factory=dict)
    late: int = 0
    anomalies: int = 0
    incidents: int = 0
    found: list[tuple[int, str]] = field(default_factory=list)
    confidence: dict[tuple[str, str], Confidence] = field(default_factory=dict)

    def add(
        self, part: Evaluation, incidents: int, until: int, windows: int, *, again: bool = False
    ) -> None:
        """A pass is done, and what it found is on record. `again`: the next run shall search it once more."""
        self.held = self.held or again
        self.until = self.until if self.held else until
        self.windows += windows
        self.scored |= part.scored
        self.warming |= part.warming
        self.failed |= part.failed
        self.late += part.late
        self.confidence |= part.confidence
        self.anomalies += part.anomalies
        self.incidents += incidents
        self.found += [(one.since, one.reason) for many in part.found.values() for one in many]

    def done(self, series: int, stale: int) -> Done:
        """As the run's row keeps it."""
        return Done(
            until=self.until,
            windows=self.windows,
            series=series,
            scored=len(self.scored),
            warming=len(self.warming - self.scored),
            failed=len(self.failed),
            stale=stale,
            late=self.late,
            anomalies=self.anomalies,
            incidents=self.incidents,
        )

    @property
    def failures(self) -> tuple[str, ...]:
        """Each different reason once, and no more than a few."""
        return tuple(dict.fromkeys(self.failed.values()))[:_MOST]


def again(part: Evaluation, until: int, now: int) -> bool:
    """Whether a part of a pass that ended at `until` failed so lately that it may yet succeed."""
    return bool(part.failed) and now - until < RETRIED


def require_some(part: Evaluation) -> None:
    """Raise ReinfraError where not one series could be searched: the window is left to the next run."""
    if part.failed and not (part.scored or part.warming or part.found):
        raise ReinfraError("no series could be searched", why=next(iter(part.failed.values())))


def stale(series: Sequence[Stored], now: int, age: float) -> int:
    """How many have no sample newer than `age` s."""
    return sum(one.last_at < now - age * SECOND for one in series)
