"""What is found in the signals, and what becomes of it: Anomaly -> Incident -> Alert."""

import enum
from dataclasses import dataclass

from reinfra.model.series import SeriesKey


class Severity(enum.StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 is the mildest."""
        return list(Severity).index(self)


class IncidentState(enum.StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Transition(enum.StrEnum):
    """What can happen to an incident; each one is stored. The first four are told, the others are history."""

    OPENED = "opened"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    MERGED = "merged"
    """Another incident's anomalies became its own."""
    SPLIT = "split"
    """Some of its anomalies became an incident of their own."""
    SNOOZED = "snoozed"
    JUDGED = "judged"
    """A person said what it was worth."""
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A stretch of one series that a detector finds strange. `since` and `until` are its first and last point.

    `score` and `threshold` are on the detector's own scale; `expected_low` and `expected_high` bound what
    it expected at the peak, in the series' unit, and are NaN where the detector expects no value.
    `reason` is one sentence for a person.
    """

    key: SeriesKey
    detector: str
    since: int
    until: int
    peak_at: int
    value: float
    score: float
    threshold: float
    reason: str
    expected_low: float = float("nan")
    expected_high: float = float("nan")
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Incident:
    """Anomalies of one scope that belong together. `until` is the last strange point seen so far."""

    id: int
    scope: str
    title: str
    severity: Severity
    state: IncidentState
    since: int
    until: int
    series_count: int

    @property
    def name(self) -> str:
        return f"INC-{self.id}"


@dataclass(frozen=True, slots=True)
class Alert:
    """One message about one transition of one incident. A consumer drops repeats by `dedup_key`."""

    incident: Incident
    transition: Transition
    number: int
    at: int
    reasons: tuple[str, ...] = ()
    origin: str = "live"

    @property
    def dedup_key(self) -> str:
        return f"{self.incident.name}:{self.number}"
