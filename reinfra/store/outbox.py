"""Messages that must still be sent, written in the transaction of the change they tell about.

A relay claims a few, sends them, and says what became of each. The claim is a lease: it hides a message from
other relays for a while, so that a relay killed between sending and saying so leaves a message that is
sent once more (with the same `dedup_key`), and never one that is lost.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Update, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reinfra.store.notice import Notice, decode, encode
from reinfra.store.schema import outbox


class Delivery(enum.StrEnum):
    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    """Given up; it stays visible and can be revived."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice for one channel. `attempts` counts finished tries; a try cut short by a crash is none.

    `next_attempt_at` is also the end of the lease while a relay is at work on it.
    """

    id: int
    channel: str
    notice: Notice
    state: Delivery
    attempts: int
    next_attempt_at: int
    created_at: int
    sent_at: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How a channel stands. `oldest_pending_at` is when its oldest waiting message was written."""

    pending: int = 0
    sent: int = 0
    dead: int = 0
    oldest_pending_at: int | None = None


def put(connection: Connection, notice: Notice, channels: Sequence[str], now: int) -> None:
    """Leave a notice for each channel, in the caller's transaction; a repeat is no second message."""
    if not channels:
        return
    common = {
        "dedup_key": notice.dedup_key,
        "incident_id": notice.incident.id,
        "body": encode(notice),
        "state": Delivery.PENDING,
        "attempts": 0,
        "next_attempt_at": now,
        "created_at": now,
    }
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(outbox).on_conflict_do_nothing()
    connection.execute(statement, [{**common, "channel": channel} for channel in channels])


def claim(
    connection: Connection, channel: str, *, now: int, lease: int, limit: int
) -> list[Message]:
    """Up to `limit` due messages of a channel, longest due first, hidden from other relays for `lease` ms.

    Of each incident only its oldest waiting message can be claimed: a resolve never overtakes its open.
    """
    due = _due(channel, now).limit(limit).with_for_update(skip_locked=True, of=outbox)
    rows = [_message(row) for row in connection.execute(due)]
    ids = [message.id for message in rows]
    connection.execute(_of(ids).values(next_attempt_at=now + lease))
    return rows


def mark_sent(connection: Connection, ids: Sequence[int], now: int) -> None:
    """These have arrived, whoever else may be sending them by now."""
    values = {"state": Delivery.SENT, "sent_at": now, "last_error": None}
    connection.execute(_of(ids).values(**values, attempts=outbox.c.attempts + 1))


def mark_failed(connection: Connection, message_id: int, error: str, retry_at: int | None) -> None:
    """The try failed; the next one is due at `retry_at`, None gives the message up."""
    values: dict[str, object] = {"last_error": error, "attempts": outbox.c.attempts + 1}
    values |= {"state": Delivery.DEAD} if retry_at is None else {"next_attempt_at": retry_at}
    connection.execute(_of([message_id]).values(**values))


def revive(connection: Connection, channel: str, now: int) -> int:
    """Give the dead messages of a channel another life, once its trouble is mended. Returns how many."""
    dead = (outbox.c.channel == channel) & (outbox.c.state == Delivery.DEAD)
    values = {"state": Delivery.PENDING, "attempts": 0, "next_attempt_at": now}
    return connection.execute(update(outbox).where(dead).values(**values)).rowcount


def counts(connection: Connection) -> dict[str, Counts]:
    """How each channel that ever had a message stands."""
    columns = (outbox.c.channel, outbox.c.state)
    query = select(*columns, func.count(), func.min(outbox.c.created_at)).group_by(*columns)
    found = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(query)}
    return {
        channel: Counts(
            pending=found.get((channel, Delivery.PENDING), (0, None))[0],
            sent=found.get((channel, Delivery.SENT), (0, None))[0],
            dead=found.get((channel, Delivery.DEAD), (0, None))[0],
            oldest_pending_at=found.get((channel, Delivery.PENDING), (0, None))[1],
        )
        for channel in sorted({channel for channel, _ in found})
    }


def of_incident(connection: Connection, incident_id: int) -> list[Message]:
    """Every message about one incident, in the order they were written."""
    query = select(outbox).where(outbox.c.incident_id == incident_id).order_by(outbox.c.id)
    return [_message(row) for row in connection.execute(query)]


def listing(connection: Connection, state: Delivery, limit: int = 100) -> list[Message]:
    """The latest messages in one state, newest first."""
    query = select(outbox).where(outbox.c.state == state).order_by(outbox.c.id.desc()).limit(limit)
    return [_message(row) for row in connection.execute(query)]


def _due(channel: str, now: int) -> Select[Any]:
    other = outbox.alias("other")
    first = select(func.min(other.c.id)).where(
        other.c.incident_id == outbox.c.incident_id,
        other.c.channel == outbox.c.channel,
        other.c.state == Delivery.PENDING,
    )
    return (
        select(outbox)
        .where(outbox.c.state == Delivery.PENDING, outbox.c.next_attempt_at <= now)
        .where(outbox.c.channel == channel, outbox.c.id == first.scalar_subquery())
        .order_by(outbox.c.next_attempt_at)  # as the index has them: nothing is sorted
    )


def _of(ids: Iterable[int]) -> Update:
    """Only what is pending changes: a message that another relay has sent stays sent."""
    return update(outbox).where(outbox.c.id.in_(list(ids)), outbox.c.state == Delivery.PENDING)


def _message(row: Any) -> Message:  # noqa: ANN401 - a row of a select has no narrower type
    return Message(
        id=row.id,
        channel=row.channel,
        notice=decode(row.body),
        state=Delivery(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
        sent_at=row.sent_at,
        last_error=row.last_error,
    )
