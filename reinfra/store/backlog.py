"""What waits, was sent and was given up, counted; and a second life for what was given up."""

from dataclasses import dataclass

from sqlalchemy import Connection, exists, func, select, update

from reinfra.store.delivery_tables import outbox
from reinfra.store.outbox import Delivery


@dataclass(frozen=True, slots=True)
class Counts:
    """How a channel stands. `oldest_pending_at` is when its oldest waiting message was written."""

    pending: int = 0
    sent: int = 0
    dead: int = 0
    oldest_pending_at: int | None = None


@dataclass(frozen=True, slots=True)
class Revived:
    """`revived` are sent again. `overtaken` stay dead: a later message of their incident has arrived."""

    revived: int = 0
    overtaken: int = 0


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


def revive(
    connection: Connection, channel: str | None, now: int, *, incident_id: int | None = None
) -> Revived:
    """Give dead messages another life, once the trouble is mended: of one channel and incident, or of all.

    What would arrive after a later message of its incident stays dead: an open that follows its resolve
    would tell of trouble that is over.
    """
    dead = outbox.c.state == Delivery.DEAD
    if channel is not None:
        dead &= outbox.c.channel == channel
    if incident_id is not None:
        dead &= outbox.c.incident_id == incident_id
    later = outbox.alias("later")
    overtaken = exists().where(
        later.c.incident_id == outbox.c.incident_id,
        later.c.channel == outbox.c.channel,
        later.c.id > outbox.c.id,
        later.c.state == Delivery.SENT,
    )
    values = {"state": Delivery.PENDING, "attempts": 0, "next_attempt_at": now, "digest_id": None}
    changed = connection.execute(update(outbox).where(dead, ~overtaken).values(**values)).rowcount
    left = select(func.count()).select_from(outbox).where(dead)
    return Revived(changed, connection.execute(left).scalar_one())
