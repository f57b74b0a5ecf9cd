"""The tables of what runs: each run of a batch, and when each loop last gave a sign of life."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from reinfra.store.metadata import metadata

run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),  # null: still running, or it died
    Column("exit_code", Integer),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Column("done_until", BigInteger),  # what was searched so far ends here; null: nothing was
    Column("series", Integer, nullable=False),
    Column("scored", Integer, nullable=False, server_default="0"),
    Column("warming", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("stale", Integer, nullable=False, server_default="0"),
    Column("late", Integer, nullable=False, server_default="0"),
    Column("windows", Integer, nullable=False, server_default="0"),
    Column("anomalies", Integer, nullable=False),
    Column("incidents", Integer, nullable=False, server_default="0"),
    Column("version", Text, nullable=False),
    Column("versions", Text, nullable=False, server_default="{}"),  # JSON: of schema and detectors
    Column("host", Text, nullable=False),
    Column("pid", Integer),
    Column("seconds", Double),  # by a clock that nobody sets
    Column("error", Text),
    Index(None, "kind", "started_at"),
    Index(None, "kind", "done_until"),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("loop", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("every", Double),  # seconds; null: not known yet
    Column("stated", Boolean, nullable=False),  # whether the loop said so; else it was learned
    Column("beats", Integer, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("note", Text, nullable=False),  # what it says of itself, for a person
)
