"""The tables of what is known beside samples: sources, what is absent, what is installed, what was answered.

Absences and facts are kept as stretches: a row is open while `until` is null, and closed when its value
changed or ended. `subject` is a JSON object of labels, sorted by name. Texts are bounded when written.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    Table,
    Text,
)

from reinfra.store.metadata import ID, metadata

source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, primary_key=True),  # a name: one may fail before its first sample
    Column("state", Text, nullable=False),
    Column("since", BigInteger, nullable=False),  # in this state
    Column("seen", BigInteger, nullable=False),  # the last time that it was in this state
    Column("answered_at", BigInteger),  # null: it never answered
    Column("error", Text, nullable=False),  # in the source's own words, else empty
    CheckConstraint("state IN ('answering', 'failing')", name="state"),
)

refusal = Table(
    "refusal",
    metadata,
    Column("source", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
)

absence = Table(
    "absence",
    metadata,
    Column("id", ID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("signal", Text, nullable=False),  # empty: the whole subject
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("until", BigInteger),
    Index(None, "source", "until"),
)

fact = Table(
    "fact",
    metadata,
    Column("id", ID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("until", BigInteger),  # when the next value was seen
    Index(None, "source", "until"),
    Index(None, "since"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it ended
    Column("service", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("accelerator", Text, nullable=False),
    Column("texts", Text, nullable=False),
    Column("input", Text, nullable=False),  # the text, or its SHA-256
    Column("output", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("input_length", Integer, nullable=False),  # characters, before anything was cut
    Column("output_length", Integer, nullable=False),
    Column("scorer", Text, nullable=False),
    Column("score", Double),  # null: no grade came with it
    Column("label", Text, nullable=False),
    CheckConstraint("texts IN ('keep', 'hash')", name="texts"),
    Index(None, "at"),
)
