"""What people do with an incident: acknowledge, snooze, resolve, and say what it was worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, update

from reinfra.model import IncidentState, InputError, Transition, iso
from reinfra.store.incident_rows import UNRESOLVED, StoredIncident, get
from reinfra.store.schema import incident
from reinfra.store.timeline import LEADS_TO, Announce, Event, Hand, record, transitions

USEFUL, NOT_USEFUL, EXPECTED = "useful", "not useful", "expected"
FEEDBACK = (USEFUL, NOT_USEFUL, EXPECTED)
_MAY_MOVE_FROM = {
    Transition.ACKNOWLEDGED: (IncidentState.OPEN,),
    Transition.RESOLVED: UNRESOLVED,
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a person's wish. `said` is one line for that person."""

    done: bool
    incident: StoredIncident
    said: str


def move(  # noqa: PLR0913 - each is named where it is called
    connection: Connection,
    incident_id: int,
    to: Transition,
    *,
    by: str,
    now: int,
    comment: str = "",
    channels: Sequence[str] = (),
    announce: Announce | None = None,
) -> Moved:
    """A person acknowledges or resolves. What has already happened is said, and changes nothing.

    Raises InputError for an incident that is not there, a nameless person, or another transition.
    """
    if to not in _MAY_MOVE_FROM:
        raise InputError(f"a person acknowledges or resolves; incidents are {to} by rule")
    _named(by, to)
    mine = (incident.c.id == incident_id) & incident.c.state.in_(_MAY_MOVE_FROM[to])
    moved = connection.execute(update(incident).where(mine).values(state=LEADS_TO[to])).rowcount
    stored = get(connection, incident_id)
    if not moved:
        return Moved(done=False, incident=stored, said=_already(connection, stored))
    hand = Hand(now, by, channels, announce)
    record(connection, stored, stored.origin, Event(to, comment), hand)
    return Moved(done=True, incident=stored, said=f"{stored.name} is {stored.state} by {by}")


def snooze(
    connection: Connection, incident_id: int, until: int, *, by: str, now: int, comment: str = ""
) -> Moved:
    """Say nothing more of an unresolved incident until then, but that it is over.

    Raises InputError for an incident that is not there, a nameless person, or a time that is past.
    """
    _named(by, Transition.SNOOZED)
    if until <= now:
        raise InputError(
            f"{iso(until)} is past", where="snooze", todo="Name a time that is to come."
        )
    mine = (incident.c.id == incident_id) & incident.c.state.in_(UNRESOLVED)
    moved = connection.execute(update(incident).where(mine).values(snoozed_until=until)).rowcount
    stored = get(connection, incident_id)
    if not moved:
        return Moved(done=False, incident=stored, said=_already(connection, stored))
    said = f"until {iso(until)}" + (f": {comment}" if comment else "")
    record(connection, stored, stored.origin, Event(Transition.SNOOZED, said), Hand(now, by))
    return Moved(done=True, incident=stored, said=f"{stored.name} is quiet until {iso(until)}")


def give_feedback(
    connection: Connection,
    incident_id: int,
    *,
    useful: bool | None = None,
    said: str | None = None,
    by: str = "",
    now: int = 0,
) -> None:
    """Keep what a person thought of an incident; None takes it back. Raises InputError.

    With `by` and `now` the timeline has who said it and when.
    """
    stored = get(connection, incident_id)
    if said is not None and said not in FEEDBACK:
        raise InputError(f"not a word for it: {said[:30]!r}", todo=f"One of {', '.join(FEEDBACK)}.")
    words = {True: USEFUL, False: NOT_USEFUL, None: None}
    mine = update(incident).where(incident.c.id == incident_id)
    word = said or words[useful]
    connection.execute(mine.values(feedback=word))
    if by and word != stored.feedback:
        event = Event(Transition.JUDGED, word or "taken back")
        record(connection, stored, stored.origin, event, Hand(now, by))


def _named(by: str, to: Transition) -> None:
    if not by.strip():
        raise InputError(f"nobody is named as the one who {to}", todo="Say who you are.")


def _already(connection: Connection, stored: StoredIncident) -> str:
    last = next(
        (
            one
            for one in reversed(transitions(connection, stored.id))
            if LEADS_TO.get(one.kind) is stored.state
        ),
        None,
    )
    who = f" by {last.by} at {iso(last.at)}" if last else ""
    return f"{stored.name} was already {stored.state}{who}; nothing changed"
