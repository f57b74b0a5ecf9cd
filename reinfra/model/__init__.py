"""The values that flow through reinfra. Frozen, columnar where there are many, no input or output."""

from reinfra.errors import ExitCode, InputError, LockedError, ReinfraError
from reinfra.model.clock import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Clock,
    IdSource,
    iso,
    random_id,
    system_clock,
)
from reinfra.model.findings import Alert, Anomaly, Incident, IncidentState, Severity, Transition
from reinfra.model.quality import Verdict, VerdictStatus
from reinfra.model.report import Absence, Answer, Coverage, Fact, Page, Report, Subject, subject
from reinfra.model.samples import Batch, ModelError, SeriesBlock
from reinfra.model.series import DERIVED_LABEL, ORIGIN_LABEL, Kind, Origin, SeriesKey

__all__ = [
    "DAY",
    "DERIVED_LABEL",
    "HOUR",
    "MINUTE",
    "ORIGIN_LABEL",
    "SECOND",
    "Absence",
    "Alert",
    "Anomaly",
    "Answer",
    "Batch",
    "Clock",
    "Coverage",
    "ExitCode",
    "Fact",
    "IdSource",
    "Incident",
    "IncidentState",
    "InputError",
    "Kind",
    "LockedError",
    "ModelError",
    "Origin",
    "Page",
    "ReinfraError",
    "Report",
    "SeriesBlock",
    "SeriesKey",
    "Severity",
    "Subject",
    "Transition",
    "Verdict",
    "VerdictStatus",
    "iso",
    "random_id",
    "subject",
    "system_clock",
]
