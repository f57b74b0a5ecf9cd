"""One grouping pass over the store: read the evidence, work out the changes, write them, in one transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection

from reinfra.alerts.grouping import group
from reinfra.alerts.rules import Rules
from reinfra.store import Store, anomalies, incidents
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import Announce, StoredIncident


def regroup(
    store: Store,
    *,
    until: int,
    now: int,
    channels: Sequence[str] = (),
    announce: Announce | None = None,
    rules: Rules | None = None,
) -> list[StoredIncident]:
    """Bring the incidents up to date. Returns what changed.

    Of each transition every one of `channels` gets a message; `announce` decides itself who does. Data has
    been searched up to `until`; `now` is when this is noticed, and stands in the timeline. A backfill that
    shall wake nobody names neither.
    """
    chosen = rules or Rules()
    with store.writing() as connection:
        incidents.lock_grouping(connection)
        found, touched = _evidence(connection, until, chosen)
        changes = group(found, touched, until, chosen)
        return incidents.apply(
            connection,
            changes,
            now=now,
            channels=channels,
            announce=announce,
            flapping=chosen.flapping,
        )


def _evidence(
    connection: Connection, until: int, rules: Rules
) -> tuple[list[StoredAnomaly], list[StoredIncident]]:
    """New anomalies, the incidents that they or a longer anomaly may touch, and all that those hold."""
    new = anomalies.ungrouped(connection)
    since = min((one.found.since for one in new), default=until) - rules.reopen
    last = max((one.found.until for one in new), default=until) + rules.reopen
    late = incidents.touching(connection, min(since, until - rules.reopen), max(last, until))
    held = anomalies.of_incidents(connection, [one.id for one in late])
    return new + held, late
