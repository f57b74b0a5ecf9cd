"""The tables of delivery: what must still be said, and how each receiver stands."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from reinfra.store.metadata import ID, metadata


def _only(name: str, condition: str, *columns: str) -> Index:
    """Sent messages are many, and no relay asks for them."""
    where = text(condition)
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


outbox = Table(
    "outbox",
    metadata,
    Column("id", ID, primary_key=True),
    Column("dedup_key", Text, nullable=False),
    Column("channel", Text, nullable=False),  # the receiver's name
    Column("incident_id", ForeignKey("incident.id"), nullable=False, index=True),
    Column("body", Text, nullable=False),  # JSON, rendered for the channel when it is sent
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("last_error", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("urgency", Integer, nullable=False, server_default="1"),  # 0 is sent first
    Column("digest_id", BigInteger),  # its first message's id; null: it is sent by itself
    UniqueConstraint("dedup_key", "channel"),
    CheckConstraint("state IN ('pending', 'sent', 'dead')", name="state"),
    Index(None, "state", "channel", "created_at"),
    _only("ix_outbox_due", "state = 'pending'", "channel", "urgency", "next_attempt_at"),
    _only("ix_outbox_order", "state = 'pending'", "incident_id", "channel", "id"),
    _only("ix_outbox_digest", "digest_id IS NOT NULL", "digest_id", "state"),
)

receiver = Table(
    "receiver",
    metadata,
    Column("name", Text, primary_key=True),
    Column("tokens", Double, nullable=False),  # messages that may go at once, as of `tokens_at`
    Column("tokens_at", BigInteger, nullable=False),
    Column("rest_until", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),  # in a row
    Column("digest_at", BigInteger, nullable=False),  # when the last digest was put together
)
