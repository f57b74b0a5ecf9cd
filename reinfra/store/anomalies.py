"""Anomalies as rows: found once, however often the same window is searched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.dialects import postgresql, sqlite

from reinfra.model import Anomaly, Severity
from reinfra.store.catalogue import keys_of
from reinfra.store.schema import anomaly

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class StoredAnomaly:
    """An anomaly with its row's id, its series' id, and the incident it belongs to (None: not grouped yet)."""

    id: int
    series_id: int
    incident_id: int | None
    found: Anomaly


def save(connection: Connection, found: dict[int, list[Anomaly]], now: int) -> int:
    """Write anomalies by series id. One that is known (series, detector, since) is brought up to date."""
    rows = [_row(series_id, one, now) for series_id, many in found.items() for one in many]
    if not rows:
        return 0
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(anomaly)
    kept = {"series_id", "detector", "since", "found_at"}
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    keys = [anomaly.c.series_id, anomaly.c.detector, anomaly.c.since]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)
    return len(rows)


def between(connection: Connection, since: int, until: int) -> list[StoredAnomaly]:
    """The anomalies that touch [since, until), earliest first."""
    query = select(anomaly).where(anomaly.c.since < until, anomaly.c.until >= since)
    return _listed(connection, query)


def ungrouped(connection: Connection) -> list[StoredAnomaly]:
    """The anomalies that no incident has yet, earliest first."""
    return _listed(connection, select(anomaly).where(anomaly.c.incident_id.is_(None)))


def of_incident(connection: Connection, incident_id: int) -> list[StoredAnomaly]:
    """The anomalies of one incident, earliest first."""
    return _listed(connection, select(anomaly).where(anomaly.c.incident_id == incident_id))


def of_incidents(connection: Connection, incident_ids: Sequence[int]) -> list[StoredAnomaly]:
    """The anomalies of several incidents."""
    found: list[StoredAnomaly] = []
    for start in range(0, len(incident_ids), _CHUNK):
        these = anomaly.c.incident_id.in_(incident_ids[start : start + _CHUNK])
        found += _listed(connection, select(anomaly).where(these))
    return found


def _listed(connection: Connection, query: Select[Any]) -> list[StoredAnomaly]:
    rows = connection.execute(query.order_by(anomaly.c.since, anomaly.c.id)).all()
    keys = keys_of(connection, {row.series_id for row in rows})
    return [
        StoredAnomaly(
            row.id,
            row.series_id,
            row.incident_id,
            Anomaly(
                key=keys[row.series_id],
                detector=row.detector,
                since=row.since,
                until=row.until,
                peak_at=row.peak_at,
                value=_number(row.value),
                score=row.score,
                threshold=row.threshold,
                reason=row.reason,
                expected_low=_number(row.expected_low),
                expected_high=_number(row.expected_high),
                severity=Severity(row.severity),
            ),
        )
        for row in rows
    ]


def _row(series_id: int, one: Anomaly, now: int) -> dict[str, Any]:
    return {
        "series_id": series_id,
        "detector": one.detector,
        "since": one.since,
        "until": one.until,
        "peak_at": one.peak_at,
        "value": _or_null(one.value),
        "score": one.score,
        "threshold": one.threshold,
        "expected_low": _or_null(one.expected_low),
        "expected_high": _or_null(one.expected_high),
        "severity": one.severity,
        "reason": one.reason,
        "found_at": now,
    }


def _or_null(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else value
