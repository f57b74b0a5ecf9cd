"""Messages that must still be sent, written in the transaction of the change they tell about.

A relay claims a few, sends them, and says what became of each. The claim is a lease: it hides a message from
other relays for a while, so that a relay killed between sending and saying so leaves a message that is
sent once more (with the same `dedup_key`), and never one that is lost.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Update, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reinfra.model import MINUTE, Severity
from reinfra.store.delivery_tables import outbox
from reinfra.store.notice import Notice, decode, encode

_AHEAD = 5 * MINUTE


class Delivery(enum.StrEnum):
    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    """Given up; it stays visible and can be revived."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice for one channel. `attempts` counts finished tries; a try cut short by a crash is none.

    `next_attempt_at` is also the end of the lease while a relay is at work on it. What has a `digest_id` is
    told, or was told, together with others in one digest.
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
    digest_id: int | None = None


def put(
    connection: Connection,
    notice: Notice,
    channels: Sequence[str],
    now: int,
    *,
    due: Mapping[str, int] | None = None,
) -> None:
    """Leave a notice for each channel, in the caller's transaction; a repeat is no second message.

    `due` says by channel when it may be sent at the earliest; at once by default.
    """
    if not channels:
        return
    common = {
        "dedup_key": notice.dedup_key,
        "incident_id": notice.incident.id,
        "body": encode(notice),
        "state": Delivery.PENDING,
        "attempts": 0,
        "created_at": now,
        "urgency": urgency(notice.incident.severity),
    }
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(outbox).on_conflict_do_nothing()
    rows = [
        {**common, "channel": channel, "next_attempt_at": (due or {}).get(channel, now)}
        for channel in channels
    ]
    connection.execute(statement, rows)


def urgency(severity: Severity) -> int:
    """0 for what is sent first."""
    return Severity.CRITICAL.rank - severity.rank


def claim(
    connection: Connection, channel: str, *, now: int, lease: int, limit: int
) -> list[Message]:
    """Up to `limit` due messages of a channel, hidden from other relays for `lease` ms: critical ones first,
    then longest due first.

    Of each incident only its oldest waiting message can be claimed: a resolve never overtakes its open.
    """
    due = _due(channel, now).limit(limit).with_for_update(skip_locked=True, of=outbox)
    rows = [_message(row) for row in connection.execute(due)]
    ids = [message.id for message in rows]
    if ids:
        connection.execute(_of(ids).values(next_attempt_at=now + lease))
    return rows


def release(connection: Connection, ids: Iterable[int], now: int) -> None:
    """Give back what was claimed and not tried."""
    connection.execute(_of(ids).values(next_attempt_at=now))


def mark_sent(connection: Connection, ids: Sequence[int], now: int) -> None:
    """These have arrived, whoever else may be sending them by now."""
    values = {"state": Delivery.SENT, "sent_at": now, "last_error": None}
    connection.execute(_of(ids).values(**values, attempts=outbox.c.attempts + 1))


def mark_failed(connection: Connection, message_id: int, error: str, retry_at: int | None) -> None:
    """The try failed; the next one is due at `retry_at`, None gives the message up."""
    connection.execute(_of([message_id]).values(**failed(error, retry_at)))


def failed(error: str, retry_at: int | None) -> dict[str, object]:
    """What changes in a message whose try failed."""
    values: dict[str, object] = {"last_error": error, "attempts": outbox.c.attempts + 1}
    return values | (
        {"state": Delivery.DEAD} if retry_at is None else {"next_attempt_at": retry_at}
    )


def rebase(connection: Connection, now: int) -> int:
    """Make due what a clock that ran ahead has written, since set back. Returns how many.

    Without this they would wait until the clock is there again.
    """
    ahead = (outbox.c.state == Delivery.PENDING) & (outbox.c.created_at > now + _AHEAD)
    values = {"created_at": now, "next_attempt_at": now}
    return connection.execute(update(outbox).where(ahead).values(**values)).rowcount


def is_ahead(connection: Connection, now: int) -> bool:
    """Whether there is something that a clock which ran ahead has written."""
    ahead = (outbox.c.state == Delivery.PENDING) & (outbox.c.created_at > now + _AHEAD)
    return connection.execute(select(outbox.c.id).where(ahead).limit(1)).first() is not None


def is_due(connection: Connection, channel: str, now: int) -> bool:
    """Whether there is anything to send, digests included."""
    mine = (outbox.c.channel == channel) & (outbox.c.state == Delivery.PENDING)
    query = select(outbox.c.id).where(mine, outbox.c.next_attempt_at <= now).limit(1)
    return connection.execute(query).first() is not None


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
        .where(outbox.c.digest_id.is_(None))
        .order_by(outbox.c.urgency, outbox.c.next_attempt_at, outbox.c.id)
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
        digest_id=row.digest_id,
    )
