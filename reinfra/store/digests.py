"""Many messages of one receiver told as one: which they are is stored, so that a repeat tells of the same."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Update,
    and_,
    case,
    exists,
    func,
    select,
    update,
)

from reinfra.model import Incident, IncidentState, Severity
from reinfra.store.delivery_tables import outbox
from reinfra.store.outbox import Delivery, failed
from reinfra.store.schema import incident

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Digest:
    """`messages` messages about `incident_count` incidents; `incidents` are the gravest, as they are now.

    `at` is when its earliest message was written. A repeat carries the same key.
    """

    id: int
    at: int
    messages: int
    incident_count: int
    incidents: tuple[Incident, ...]
    attempts: int = 0
    origin: str = "live"

    @property
    def dedup_key(self) -> str:
        return f"DIGEST-{self.id}"

    @property
    def severity(self) -> Severity:
        return max((one.severity for one in self.incidents), key=lambda one: one.rank)


def form(connection: Connection, channel: str, now: int) -> int | None:
    """Put all that is due for a channel into one digest. Its id; None where nothing is due.

    What comes after a message that is on its way, or waits for another try, is left out: nothing of an
    incident is told before what came earlier.
    """
    earlier = outbox.alias("earlier")
    waits = exists().where(
        earlier.c.incident_id == outbox.c.incident_id,
        earlier.c.channel == outbox.c.channel,
        earlier.c.state == Delivery.PENDING,
        earlier.c.id < outbox.c.id,
        earlier.c.next_attempt_at > now,
    )
    mine = (outbox.c.channel == channel) & (outbox.c.state == Delivery.PENDING)
    mine &= outbox.c.digest_id.is_(None) & (outbox.c.next_attempt_at <= now) & ~waits
    first: int | None = connection.execute(select(func.min(outbox.c.id)).where(mine)).scalar()
    if first is not None:
        connection.execute(update(outbox).where(mine).values(digest_id=first))
    return first


def due(connection: Connection, channel: str, now: int) -> int | None:
    """The oldest digest of a channel that has not arrived and may be sent now."""
    query = select(func.min(outbox.c.digest_id)).where(
        outbox.c.digest_id.is_not(None),
        outbox.c.state == Delivery.PENDING,
        outbox.c.channel == channel,
        outbox.c.next_attempt_at <= now,
    )
    found: int | None = connection.execute(query).scalar()
    return found


def take(connection: Connection, digest_id: int, *, now: int, lease: int) -> Digest:
    """What a digest says; its messages are hidden from other relays for `lease` ms."""
    connection.execute(_members(digest_id).values(next_attempt_at=now + lease))
    told = and_(outbox.c.digest_id == digest_id, outbox.c.state == Delivery.PENDING)
    count, incident_count, at, attempts = connection.execute(
        select(
            func.count(),
            func.count(outbox.c.incident_id.distinct()),
            func.min(outbox.c.created_at),
            func.max(outbox.c.attempts),
        ).where(told)
    ).one()
    gravest = _gravest(connection, told)
    origins = {row.origin for row in gravest}
    origin = origins.pop() if len(origins) == 1 else "live"
    listed = tuple(map(_incident, gravest))
    return Digest(digest_id, at, count, incident_count, listed, attempts, origin)


def mark_sent(connection: Connection, digest_id: int, now: int) -> int:
    """All its messages have been told. Returns how many."""
    values = {"state": Delivery.SENT, "sent_at": now, "last_error": None}
    changed = _members(digest_id).values(**values, attempts=outbox.c.attempts + 1)
    return connection.execute(changed).rowcount


def mark_failed(connection: Connection, digest_id: int, error: str, retry_at: int | None) -> None:
    """The try failed for all of them; None gives them up."""
    connection.execute(_members(digest_id).values(**failed(error, retry_at)))


def _members(digest_id: int) -> Update:
    return update(outbox).where(outbox.c.digest_id == digest_id, outbox.c.state == Delivery.PENDING)


def _gravest(connection: Connection, told: ColumnElement[bool]) -> list[Row[Any]]:
    rank = case({str(one): one.rank for one in Severity}, value=incident.c.severity)
    those = select(outbox.c.incident_id).where(told)
    query = select(incident).where(incident.c.id.in_(those))
    ordered = query.order_by(rank.desc(), incident.c.since.desc(), incident.c.id.desc())
    return list(connection.execute(ordered.limit(_LISTED)))


def _incident(row: Row[Any]) -> Incident:
    given = {one.name: row._mapping[one.name] for one in fields(Incident)}  # noqa: SLF001
    given |= {"severity": Severity(row.severity), "state": IncidentState(row.state)}
    return Incident(**given)
