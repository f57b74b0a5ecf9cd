"""Incidents, changed. A change of state, its entry in the timeline and its messages are one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, text, update

from reinfra.model import HOUR, IncidentState, Transition
from reinfra.store.hands import (
    EXPECTED,
    FEEDBACK,
    NOT_USEFUL,
    USEFUL,
    Moved,
    give_feedback,
    move,
    snooze,
)
from reinfra.store.incident_rows import (
    UNRESOLVED,
    StoredIncident,
    get,
    listing,
    parse_id,
    touching,
    values_of,
)
from reinfra.store.schema import anomaly, incident, transition
from reinfra.store.timeline import LEADS_TO, Announce, Event, Hand, Recorded, record, transitions

__all__ = [
    "EXPECTED",
    "FEEDBACK",
    "NOT_USEFUL",
    "UNRESOLVED",
    "USEFUL",
    "Announce",
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
    "snooze",
    "touching",
    "transitions",
]

_CHUNK = 500  # anomalies linked in one statement


@dataclass(frozen=True, slots=True)
class Change:
    """How an incident shall be, and what happens on the way.

    `was` is the state it must still be in, None makes a new incident (the id of `wanted` is then
    ignored). `anomaly_ids` become its own. One that `touches` nothing adds to the timeline only.
    """

    wanted: StoredIncident
    was: IncidentState | None
    anomaly_ids: tuple[int, ...] = ()
    events: tuple[Event, ...] = ()
    touches: bool = True


def lock_grouping(connection: Connection) -> None:
    """Let one transaction at a time group; on SQLite every write transaction is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('reinfra.grouping'))"))


def apply(
    connection: Connection,
    changes: Sequence[Change],
    *,
    now: int,
    channels: Sequence[str] = (),
    announce: Announce | None = None,
    flapping: int = 3,
) -> list[StoredIncident]:
    """Make the changes, each with its timeline entries. Returns what changed.

    Of each transition every one of `channels` gets a message; `announce` decides itself who does. More than
    `flapping` reopenings within an hour mark an incident.

    A change whose incident has meanwhile left the state `was`, because a person acted, is passed over;
    its anomalies stay as they were, so the next grouping finds it again.
    """
    hand = Hand(now, channels=channels, announce=announce)
    return [
        stored
        for change in changes
        if (stored := _apply(connection, change, hand, flapping)) is not None
    ]


def _apply(
    connection: Connection, change: Change, hand: Hand, flapping: int
) -> StoredIncident | None:
    wanted = change.wanted
    if change.was is None:
        values = {**values_of(wanted), "origin": wanted.origin}
        added = insert(incident).values(**values).returning(incident.c.id)
        wanted = replace(wanted, id=connection.execute(added).scalar_one())
    elif not _touched(connection, change):
        return None
    _link(connection, change.anomaly_ids, wanted.id)
    state = change.was or IncidentState.OPEN
    for event in change.events:
        state = LEADS_TO.get(event.kind, state)
        there = replace(wanted, state=state)
        record(connection, there, wanted.origin, event, hand)
        if event.kind is Transition.OPENED and change.was is not None:
            wanted = _marked(connection, wanted, hand, flapping)
    return wanted if change.touches else None


def _touched(connection: Connection, change: Change) -> bool:
    """Whether the incident was as the change wants it, and now is as it shall be."""
    mine = (incident.c.id == change.wanted.id) & (incident.c.state == change.was)
    if not change.touches:
        return connection.execute(select(incident.c.id).where(mine)).first() is not None
    values = values_of(change.wanted)
    return connection.execute(update(incident).where(mine).values(**values)).rowcount > 0


def _marked(
    connection: Connection, stored: StoredIncident, hand: Hand, flapping: int
) -> StoredIncident:
    """As flapping until so few reopenings are less than an hour old."""
    opened = (transition.c.incident_id == stored.id) & (transition.c.kind == Transition.OPENED)
    recent = opened & (transition.c.number > 1) & (transition.c.at > hand.now - HOUR)
    query = select(transition.c.at).where(recent).order_by(transition.c.at.desc())
    times = connection.execute(query.limit(flapping + 1)).scalars().all()
    if len(times) <= flapping:
        return stored
    marked = replace(stored, flapping_until=times[-1] + HOUR)
    mine = update(incident).where(incident.c.id == stored.id)
    connection.execute(mine.values(flapping_until=marked.flapping_until))
    if (stored.flapping_until or 0) <= hand.now:
        said = f"more than {flapping} reopenings within an hour"
        record(connection, marked, stored.origin, Event(Transition.FLAPPING, said), hand)
    return marked


def _link(connection: Connection, ids: Sequence[int], incident_id: int) -> None:
    for start in range(0, len(ids), _CHUNK):
        these = anomaly.c.id.in_(ids[start : start + _CHUNK])
        connection.execute(update(anomaly).where(these).values(incident_id=incident_id))
