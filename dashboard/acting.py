"""What a person changes from a page: the only writes the dashboard makes, and reinfra makes them.

Each keeps who made it and when: in the incident's timeline, in the silence, or in the log.
"""

import structlog

from reinfra.batch.deciding import announce
from reinfra.config import load_settings
from reinfra.config.durations import milliseconds
from reinfra.config.matchers import Matcher, parse_all
from reinfra.model import InputError, Transition
from reinfra.store import Store, backlog, decisions, incidents, silences
from reinfra.store.silences import Silence

_log = structlog.get_logger()


def move(store: Store, incident_id: int, to: Transition, by: str) -> str:
    """Acknowledge or resolve, with the messages that belong to it. Returns one line for the person."""
    now = store.clock()
    with store.writing() as connection:
        moved = incidents.move(
            connection, incident_id, to, by=by, now=now, announce=announce(load_settings(), now)
        )
    return moved.said


def snooze(store: Store, incident_id: int, lasting: str, by: str) -> str:
    """Say nothing more of it for so long: 30m, 2h. Raises InputError."""
    now = store.clock()
    with store.writing() as connection:
        until = now + duration(lasting)
        return incidents.snooze(connection, incident_id, until, by=by, now=now).said


def give_feedback(store: Store, incident_id: int, said: str | None, by: str) -> None:
    """Keep "useful", "not useful" or "expected"; None takes it back."""
    with store.writing() as connection:
        incidents.give_feedback(connection, incident_id, said=said, by=by, now=store.clock())


def silence(store: Store, matchers: str, lasting: str, comment: str, by: str) -> str:
    """Silence what matches, from now on. Raises InputError for matchers that are none, and for no comment."""
    now = store.clock()
    wanted = Silence(0, parsed(matchers), now, now + duration(lasting), by, comment)
    with store.writing() as connection:
        added = silences.add(connection, wanted, now)
    return f"{added.name} holds now"


def expire(store: Store, silence_id: int, by: str) -> str:
    """End a silence; what it kept back and is still open is told next. Raises InputError."""
    now = store.clock()
    with store.writing() as connection:
        over = silences.expire(connection, silence_id, now)
        decisions.wake(connection, now)
    _log.info("silence expired", silence=over.id, by=by)
    return f"{over.name} is over"


def retry(store: Store, channel: str, by: str) -> str:
    """Give what a receiver was not told another life."""
    with store.writing() as connection:
        done = backlog.revive(connection, channel, store.clock())
    _log.info("messages revived", receiver=channel, revived=done.revived, by=by)
    late = f"; {done.overtaken} stay given up, a later message has arrived" * bool(done.overtaken)
    return f"{done.revived} will be sent by the next pass of the relay{late}"


def parsed(text: str) -> tuple[Matcher, ...]:
    """Matchers, one a line; a first word without an operator is the name of an alert. Raises InputError."""
    first, *rest = [line for each in text.splitlines() if (line := each.strip())] or [""]
    if not first:
        raise InputError("no matcher", where="matchers", todo="Write severity=warning, one a line.")
    named = first if any(sign in first for sign in "=~!{") else f'alertname="{first}"'
    return parse_all([named, *rest])


def duration(text: str) -> int:
    """Milliseconds of 30m, 2h or 1d12h. Raises InputError."""
    try:
        found = milliseconds(text.strip())
    except ValueError as error:
        raise InputError(str(error), where="how long") from error
    if not found:
        raise InputError("no time at all", where="how long", todo="Write for instance 2h.")
    return found
