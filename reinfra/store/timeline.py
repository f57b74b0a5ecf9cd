"""What happened to an incident: each entry is written together with its messages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Connection, func, insert, select

from reinfra.model import Incident, IncidentState, Transition
from reinfra.store import anomalies, outbox
from reinfra.store.evidence import gather
from reinfra.store.incident_rows import StoredIncident
from reinfra.store.notice import Notice, Routing
from reinfra.store.schema import transition

BY_RULE = "reinfra"
"""Who made a transition that no person made."""

LEADS_TO = {
    Transition.OPENED: IncidentState.OPEN,
    Transition.ACKNOWLEDGED: IncidentState.ACKNOWLEDGED,
    Transition.RESOLVED: IncidentState.RESOLVED,
}
_TOLD = {*LEADS_TO, Transition.ESCALATED}

Announce = Callable[[Connection, StoredIncident, Notice], None]
"""What decides who hears of a transition, and leaves the messages, in the transaction of the change."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry in an incident's timeline."""

    number: int
    kind: Transition
    at: int
    by: str
    comment: str


@dataclass(frozen=True, slots=True)
class Event:
    """A transition that shall happen. `reasons` go into its messages; without any, the comment does."""

    kind: Transition
    comment: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hand:
    """Who made an entry, when, and which channels are to hear of it, or what decides that."""

    now: int
    by: str = BY_RULE
    channels: Sequence[str] = ()
    announce: Announce | None = None


def transitions(connection: Connection, incident_id: int) -> list[Recorded]:
    """The timeline of an incident, earliest first."""
    mine = transition.c.incident_id == incident_id
    query = select(transition).where(mine).order_by(transition.c.number)
    return [
        Recorded(row.number, Transition(row.kind), row.at, row.by, row.comment)
        for row in connection.execute(query)
    ]


def record(
    connection: Connection, incident: StoredIncident, origin: str, event: Event, hand: Hand
) -> None:
    """Write an entry and its messages. The caller has locked the incident's row, so numbers follow time."""
    mine = transition.c.incident_id == incident.id
    last = connection.execute(select(func.max(transition.c.number)).where(mine)).scalar()
    row = Recorded((last or 0) + 1, event.kind, hand.now, hand.by, event.comment)
    values = {one.name: getattr(row, one.name) for one in fields(Recorded)}
    connection.execute(insert(transition).values(incident_id=incident.id, **values))
    if event.kind in _TOLD and (hand.channels or hand.announce):
        notice = notice_of(connection, incident, origin, event, row)
        outbox.put(connection, notice, hand.channels, hand.now)
        if hand.announce:
            hand.announce(connection, incident, notice)


def notice_of(
    connection: Connection, incident: Incident, origin: str, event: Event, row: Recorded
) -> Notice:
    """What is said of an entry of the timeline, by what is known of the incident by now."""
    found = [one.found for one in anomalies.of_incident(connection, incident.id)]
    routing = Routing.of(found)
    comment = event.comment if row.by == BY_RULE else f"{row.by}: {event.comment}"
    first = select(func.min(transition.c.at)).where(transition.c.incident_id == incident.id)
    return Notice(
        incident=Incident(*(getattr(incident, one.name) for one in fields(Incident))),
        transition=event.kind,
        number=row.number,
        at=row.at,
        reasons=event.reasons or ((comment,) if event.comment else ()),
        origin=origin,
        kind=routing.kind,
        fleet=routing.fleet,
        team=routing.team,
        opened_at=connection.execute(first).scalar() or row.at,
        evidence=gather(connection, incident, found),
    )
