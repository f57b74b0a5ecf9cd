"""Incidents as rows, read."""

import json
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, select

from reinfra.model import Incident, IncidentState, InputError, Severity
from reinfra.store.schema import incident

UNRESOLVED = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)
_MOST_DIGITS = 18  # a database's integers have 64 bits


@dataclass(frozen=True, slots=True)
class StoredIncident(Incident):
    """An incident with where its numbers come from, and what a person thought of it (None: nobody said).

    `labels` are what routes match. `merged_into` is the id of the incident that took its anomalies.
    """

    origin: str
    feedback: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    snoozed_until: int | None = None
    flapping_until: int | None = None
    merged_into: int | None = None


def parse_id(name: str) -> int:
    """Read INC-7 or 7. Raises InputError."""
    digits = name.strip().upper().removeprefix("INC-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise InputError(f"not an incident: {name[:50]!r}", todo="Write for instance INC-7.")
    return int(digits)


def listing(
    connection: Connection, *, states: Collection[IncidentState] | None = None, limit: int = 100
) -> list[StoredIncident]:
    """The latest incidents, newest first, in any of `states` (None: in all)."""
    query = select(incident).order_by(incident.c.since.desc(), incident.c.id.desc()).limit(limit)
    if states is not None:
        query = query.where(incident.c.state.in_(list(states)))
    return [of_row(row) for row in connection.execute(query)]


def touching(connection: Connection, since: int, until: int | None = None) -> list[StoredIncident]:
    """The incidents that are unresolved, or were strange between `since` and `until` (None: or later), by id."""
    there = incident.c.until >= since
    if until is not None:
        there &= incident.c.since <= until
    wanted = incident.c.state.in_(UNRESOLVED) | there
    query = select(incident).where(wanted).order_by(incident.c.id)
    return [of_row(row) for row in connection.execute(query)]


def get(connection: Connection, incident_id: int) -> StoredIncident:
    """Raises InputError where there is no such incident."""
    row = connection.execute(select(incident).where(incident.c.id == incident_id)).first()
    if row is None:
        raise InputError(
            f"there is no incident INC-{incident_id}", todo="See `reinfra alerts list`."
        )
    return of_row(row)


def values_of(one: StoredIncident) -> dict[str, Any]:
    """The columns that rules decide; what persons decide is written by itself."""
    row = {each.name: getattr(one, each.name) for each in fields(Incident) if each.name != "id"}
    return row | {"labels": json.dumps(dict(one.labels)), "merged_into": one.merged_into}


def of_row(row: Any) -> StoredIncident:  # noqa: ANN401 - a row of a select has no narrower type
    return StoredIncident(
        id=row.id,
        scope=row.scope,
        title=row.title,
        severity=Severity(row.severity),
        state=IncidentState(row.state),
        since=row.since,
        until=row.until,
        series_count=row.series_count,
        origin=row.origin,
        feedback=row.feedback,
        labels=tuple(sorted(json.loads(row.labels).items())),
        snoozed_until=row.snoozed_until,
        flapping_until=row.flapping_until,
        merged_into=row.merged_into,
    )
