"""The tables of what is decided about incidents: silences, groups, who knows what, and why."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from reinfra.store.metadata import ID, metadata

silence = Table(
    "silence",
    metadata,
    Column("id", ID, primary_key=True),
    Column("matchers", Text, nullable=False),  # severity="warning",host=~"a.*"
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),  # expiring one early moves this
    Column("schedule", Text),  # JSON, the times within that in which it holds; null: all
    Column("created_by", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "ends_at"),
)

notification_group = Table(
    "notification_group",  # incidents that are told together
    metadata,
    Column("key", LargeBinary(16), primary_key=True),  # a digest of route and labels
    Column("route", Text, nullable=False),
    Column("labels", Text, nullable=False),  # JSON object
    Column("base_at", BigInteger, nullable=False),  # its first flush; the others come at intervals
)

notification = Table(
    "notification",  # what one receiver knows of one incident, and what it waits for
    metadata,
    Column("incident_id", ForeignKey("incident.id"), primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("route", Text, nullable=False),
    Column("group_key", LargeBinary(16), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("number", Integer, nullable=False),  # the transition that it is about
    Column("knows", Integer),  # the opening that was told and not yet resolved; null: none
    Column("severity", Text),  # as it was told
    Column("told_at", BigInteger),
    Column("next_at", BigInteger, index=True),  # when to look again; null: when something happens
)

decision = Table(
    "decision",  # every verdict that differs from the one before it
    metadata,
    Column("id", ID, primary_key=True),
    Column("incident_id", ForeignKey("incident.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("receiver", Text, nullable=False),  # empty: no route led anywhere
    Column("route", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("until", BigInteger),  # when it is looked at again, where that is known
)
