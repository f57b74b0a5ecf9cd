"""What was decided about telling whom, and what each receiver knows: rows beside the changes they belong to."""

import enum
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from reinfra.model import Severity, Transition
from reinfra.store.incident_rows import UNRESOLVED, StoredIncident, of_row
from reinfra.store.schema import decision, incident, notification, notification_group, transition
from reinfra.store.timeline import Recorded
from reinfra.store.upsert import insert_new, upsert


class Verdict(enum.StrEnum):
    TELL = "tell"
    WAIT = "wait"
    """Until its group is told."""
    MUTE = "mute"
    """Looked at again, and told if it is still so."""
    NOTHING = "nothing"
    """There is nothing to tell this receiver, or it does not want to hear it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one receiver knows of one incident, and what it waits for.

    `knows` is the number of the opening that it was told and no end of yet, with the `severity` told.
    `next_at` is when to look again; None: when something happens.
    """

    incident_id: int
    receiver: str
    route: str
    group_key: bytes
    verdict: Verdict
    why: str
    number: int
    knows: int | None = None
    severity: Severity | None = None
    told_at: int | None = None
    next_at: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision as it is kept. `receiver` is empty where no route led to anybody."""

    incident_id: int
    at: int
    number: int
    receiver: str
    route: str
    verdict: Verdict
    why: str
    until: int | None = None


def keep(
    connection: Connection, standing: Standing, before: Standing | None, at: int, until: int | None
) -> None:
    """Write what a receiver knows now; and the decision, where it is another than the one `before`."""
    upsert(connection, notification, [_values(standing)])
    same = before and (before.number, before.verdict, before.why) == (
        standing.number,
        standing.verdict,
        standing.why,
    )
    if not same or standing.verdict is Verdict.TELL:
        note(
            connection,
            Decided(
                standing.incident_id,
                at,
                standing.number,
                standing.receiver,
                standing.route,
                standing.verdict,
                standing.why,
                until,
            ),
        )


def note(connection: Connection, decided: Decided) -> None:
    connection.execute(insert(decision).values(**_values(decided)))


def standings(connection: Connection, incident_id: int) -> list[Standing]:
    """What every receiver knows of an incident that was ever to be told of it."""
    mine = select(notification).where(notification.c.incident_id == incident_id)
    return [_standing(row) for row in connection.execute(mine.order_by(notification.c.receiver))]


def due(connection: Connection, now: int, limit: int) -> list[Standing]:
    """What must be looked at again, the longest due first."""
    query = select(notification).where(notification.c.next_at <= now)
    ordered = query.order_by(notification.c.next_at, notification.c.incident_id)
    return [_standing(row) for row in connection.execute(ordered.limit(limit))]


def is_due(connection: Connection, now: int) -> bool:
    query = select(notification.c.incident_id).where(notification.c.next_at <= now).limit(1)
    return connection.execute(query).first() is not None


def wake(connection: Connection, now: int) -> int:
    """Look again at all that is mute, because what muted it may be gone. Returns how many."""
    mute = notification.c.verdict == Verdict.MUTE
    return connection.execute(update(notification).where(mute).values(next_at=now)).rowcount


def of_incident(connection: Connection, incident_id: int) -> list[Decided]:
    """Every decision about an incident, earliest first."""
    mine = select(decision).where(decision.c.incident_id == incident_id)
    return [
        Decided(
            row.incident_id,
            row.at,
            row.number,
            row.receiver,
            row.route,
            Verdict(row.verdict),
            row.why,
            row.until,
        )
        for row in connection.execute(mine.order_by(decision.c.id))
    ]


def told(connection: Connection, incident_id: int, receiver: str, number: int) -> int:
    """How often a receiver was told of one transition."""
    mine = (decision.c.incident_id == incident_id) & (decision.c.receiver == receiver)
    same = mine & (decision.c.number == number) & (decision.c.verdict == Verdict.TELL)
    return connection.execute(select(func.count()).where(same)).scalar_one()


def latest(connection: Connection, incident_id: int, kind: Transition) -> Recorded | None:
    """The last entry of a kind in an incident's timeline."""
    mine = (transition.c.incident_id == incident_id) & (transition.c.kind == kind)
    query = select(transition).where(mine).order_by(transition.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return Recorded(row.number, kind, row.at, row.by, row.comment) if row else None


def unresolved(
    connection: Connection, *, before: int | None = None, limit: int = 10_000
) -> list[StoredIncident]:
    """Those that are not over; with `before`, of which nothing strange was seen since then."""
    query = select(incident).where(incident.c.state.in_(UNRESOLVED)).order_by(incident.c.id)
    if before is not None:
        query = query.where(incident.c.until < before)
    return [of_row(row) for row in connection.execute(query.limit(limit))]


def group_key(route: str, labels: Iterable[tuple[str, str]]) -> bytes:
    """16 bytes that name a group: its route, and what its incidents have in common."""
    text = json.dumps([route, sorted(labels)])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def group_base(
    connection: Connection, key: bytes, route: str, labels: Sequence[tuple[str, str]], base_at: int
) -> int:
    """When a group is first told; `base_at` for one that begins now."""
    row = {"key": key, "route": route, "labels": json.dumps(dict(labels)), "base_at": base_at}
    if insert_new(connection, notification_group, row):
        return base_at
    query = select(notification_group.c.base_at).where(notification_group.c.key == key)
    return int(connection.execute(query).scalar_one())


def end_groups(connection: Connection, keys: Iterable[bytes]) -> None:
    """Groups of which nobody knows or waits for anything any more begin anew with their next incident."""
    held = exists().where(
        notification.c.group_key == notification_group.c.key,
        notification.c.knows.is_not(None)
        | notification.c.verdict.in_([Verdict.WAIT, Verdict.MUTE]),
    )
    these = notification_group.c.key.in_(list(keys))
    connection.execute(delete(notification_group).where(these, ~held))


def _values(one: Standing | Decided) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(one)}


def _standing(row: Any) -> Standing:  # noqa: ANN401 - a row of a select has no narrower type
    given = {each.name: getattr(row, each.name) for each in fields(Standing)}
    given["verdict"] = Verdict(row.verdict)
    given["group_key"] = bytes(row.group_key)
    given["severity"] = Severity(row.severity) if row.severity else None
    return Standing(**given)
