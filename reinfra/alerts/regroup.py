"""One grouping pass over the store: read the evidence, work out the changes, write them, in one transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection

from reinfra.alerts.grouping import group
from reinfra.alerts.rules import Rules, scope
from reinfra.store import Store, anomalies, incidents
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import StoredIncident


def regroup(
    store: Store,
    *,
    until: int,
    now: int,
    channels: Sequence[str] = (),
    rules: Rules | None = None,
) -> list[StoredIncident]:
    """Bring the incidents up to date and leave a message per transition and channel. Returns what changed.

    Data has been searched up to `until`; `now` is when this is noticed, and stands in the timeline. A
    backfill that shall wake nobody names no channels.
    """
    chosen = rules or Rules()
    with store.writing() as connection:
        incidents.lock_grouping(connection)
        found, touched = _evidence(connection, until, chosen)
        changes = group(found, touched, until, chosen)
        return incidents.apply(connection, changes, now=now, channels=channels)


def _evidence(
    connection: Connection, until: int, rules: Rules
) -> tuple[list[StoredAnomaly], list[StoredIncident]]:
    """New anomalies, the incidents that they or a longer anomaly may touch, and all that those hold."""
    new = anomalies.ungrouped(connection)
    earliest = min((one.found.since for one in new), default=until)
    scopes = {scope(one.found.key) for one in new}
    touched = [
        one
        for one in incidents.touching(connection, min(earliest, until) - rules.reopen)
        if one.state in incidents.UNRESOLVED
        or one.scope in scopes
        or one.until >= until - rules.reopen
    ]
    held = [found for one in touched for found in anomalies.of_incident(connection, one.id)]
    return new + held, touched
