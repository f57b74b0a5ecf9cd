"""Incidents as rows. A change of state, its entry in the timeline and its messages are one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from reinfra.model import Incident, IncidentState, InputError, Severity, Transition, iso
from reinfra.store.schema import anomaly, incident
from reinfra.store.timeline import Event, Hand, Recorded, record, transitions

__all__ = [
    "NOT_USEFUL",
    "UNRESOLVED",
    "USEFUL",
    "Change",
    "Event",
    "Moved",
    "Recorded",
    "StoredIncident",
    "apply",
    "get",
    "give_feedback",
    "listing",
    "lock_grouping",
    "move",
    "parse_id",
    "touching",
    "transitions",
]

UNRESOLVED = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)
USEFUL, NOT_USEFUL = "useful", "not useful"

_LEADS_TO = {
    Transition.OPENED: IncidentState.OPEN,
    Transition.ACKNOWLEDGED: IncidentState.ACKNOWLEDGED,
    Transition.RESOLVED: IncidentState.RESOLVED,
}
_MAY_MOVE_FROM = {
    Transition.ACKNOWLEDGED: (IncidentState.OPEN,),
    Transition.RESOLVED: UNRESOLVED,
}
_MOST_DIGITS = 18  # a database's integers have 64 bits
_CHUNK = 500  # anomalies linked in one statement


@dataclass(frozen=True, slots=True)
class StoredIncident(Incident):
    """An incident with where its numbers come from, and what a person thought of it (None: nobody said)."""

    origin: str
    feedback: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How an incident shall be, and what happens on the way.

    `was` is the state it must still be in, None makes a new incident (the id of `wanted` is then
    ignored). `anomaly_ids` become its own.
    """

    wanted: StoredIncident
    was: IncidentState | None
    anomaly_ids: tuple[int, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a person's wish. `said` is one line for that person."""

    done: bool
    incident: StoredIncident
    said: str


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
    return [_incident(row) for row in connection.execute(query)]


def touching(connection: Connection, since: int) -> list[StoredIncident]:
    """The incidents that are unresolved, or were still strange at `since` or later, by id."""
    wanted = incident.c.state.in_(UNRESOLVED) | (incident.c.until >= since)
    query = select(incident).where(wanted).order_by(incident.c.id)
    return [_incident(row) for row in connection.execute(query)]


def get(connection: Connection, incident_id: int) -> StoredIncident:
    """Raises InputError where there is no such incident."""
    row = connection.execute(select(incident).where(incident.c.id == incident_id)).first()
    if row is None:
        raise InputError(
            f"there is no incident INC-{incident_id}", todo="See `reinfra alerts list`."
        )
    return _incident(row)


def lock_grouping(connection: Connection) -> None:
    """Let one transaction at a time group; on SQLite every write transaction is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('reinfra.grouping'))"))


def apply(
    connection: Connection, changes: Sequence[Change], *, now: int, channels: Sequence[str] = ()
) -> list[StoredIncident]:
    """Make the changes, each with its timeline entries and one message per channel. Returns what changed.

    A change whose incident has meanwhile left the state `was`, because a person acted, is passed over;
    its anomalies stay as they were, so the next grouping finds it again.
    """
    return [
        stored
        for change in changes
        if (stored := _apply(connection, change, now, channels)) is not None
    ]


def move(
    connection: Connection,
    incident_id: int,
    to: Transition,
    *,
    by: str,
    now: int,
    comment: str = "",
    channels: Sequence[str] = (),
) -> Moved:
    """A person acknowledges or resolves. What has already happened is said, and changes nothing.

    Raises InputError for an incident that is not there, a nameless person, or another transition.
    """
    if to not in _MAY_MOVE_FROM:
        raise InputError(f"a person acknowledges or resolves; incidents are {to} by rule")
    if not by.strip():
        raise InputError(f"nobody is named as the one who {to}", todo="Say who you are.")
    mine = (incident.c.id == incident_id) & incident.c.state.in_(_MAY_MOVE_FROM[to])
    moved = connection.execute(update(incident).where(mine).values(state=_LEADS_TO[to])).rowcount
    stored = get(connection, incident_id)
    if not moved:
        return Moved(done=False, incident=stored, said=_already(connection, stored))
    hand = Hand(now, by, channels)
    record(connection, stored, stored.origin, Event(to, comment), hand)
    return Moved(done=True, incident=stored, said=f"{stored.name} is {stored.state} by {by}")


def give_feedback(connection: Connection, incident_id: int, *, useful: bool | None) -> None:
    """Keep what a person thought of an incident; None takes it back. Raises InputError."""
    get(connection, incident_id)
    words = {True: USEFUL, False: NOT_USEFUL, None: None}
    mine = update(incident).where(incident.c.id == incident_id)
    connection.execute(mine.values(feedback=words[useful]))


def _apply(
    connection: Connection, change: Change, now: int, channels: Sequence[str]
) -> StoredIncident | None:
    wanted = change.wanted
    row = {one.name: getattr(wanted, one.name) for one in fields(Incident) if one.name != "id"}
    if change.was is None:
        added = insert(incident).values(**row, origin=wanted.origin).returning(incident.c.id)
        wanted = replace(wanted, id=connection.execute(added).scalar_one())
    else:
        mine = (incident.c.id == wanted.id) & (incident.c.state == change.was)
        if not connection.execute(update(incident).where(mine).values(**row)).rowcount:
            return None
    _link(connection, change.anomaly_ids, wanted.id)
    state = change.was or IncidentState.OPEN
    for event in change.events:
        state = _LEADS_TO.get(event.kind, state)
        there = replace(wanted, state=state)
        record(connection, there, wanted.origin, event, Hand(now, channels=channels))
    return wanted


def _link(connection: Connection, ids: Sequence[int], incident_id: int) -> None:
    for start in range(0, len(ids), _CHUNK):
        these = anomaly.c.id.in_(ids[start : start + _CHUNK])
        connection.execute(update(anomaly).where(these).values(incident_id=incident_id))


def _already(connection: Connection, stored: StoredIncident) -> str:
    last = next(
        (
            one
            for one in reversed(transitions(connection, stored.id))
            if _LEADS_TO.get(one.kind) is stored.state
        ),
        None,
    )
    who = f" by {last.by} at {iso(last.at)}" if last else ""
    return f"{stored.name} was already {stored.state}{who}; nothing changed"


def _incident(row: Any) -> StoredIncident:  # noqa: ANN401 - a row of a select has no narrower type
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
    )
