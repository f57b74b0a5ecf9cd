"""Every table: here those of what is found in samples, the others are in `tables` and `ledger_tables`."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from reinfra.store.backtest_tables import backtest
from reinfra.store.delivery_tables import outbox, receiver
from reinfra.store.detection_tables import detector_state, work_item
from reinfra.store.judge_tables import (
    judge_canary,
    judge_canary_run,
    judge_item,
    judge_label,
    judge_run,
    judgement,
)
from reinfra.store.ledger_tables import absence, answer, fact, refusal, source_state
from reinfra.store.metadata import ID, REVISIONS, metadata
from reinfra.store.routing_tables import decision, notification, notification_group, silence
from reinfra.store.run_tables import heartbeat, run
from reinfra.store.tables import hot_frame, series, series_label, source

__all__ = [
    "REVISIONS",
    "absence",
    "anomaly",
    "answer",
    "backtest",
    "decision",
    "detector_state",
    "fact",
    "graded_item",
    "graded_set",
    "heartbeat",
    "hot_frame",
    "human_label",
    "incident",
    "judge_canary",
    "judge_canary_run",
    "judge_item",
    "judge_label",
    "judge_run",
    "judgement",
    "metadata",
    "notification",
    "notification_group",
    "outbox",
    "receiver",
    "refusal",
    "run",
    "series",
    "series_label",
    "silence",
    "source",
    "source_state",
    "transition",
    "verdict",
    "work_item",
]

anomaly = Table(
    "anomaly",
    metadata,
    Column("id", ID, primary_key=True),
    Column("series_id", ForeignKey("series.id"), nullable=False),
    Column("detector", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("peak_at", BigInteger, nullable=False),
    Column("value", Double),  # null: there was no value, as when a device fell silent
    Column("score", Double, nullable=False),
    Column("threshold", Double, nullable=False),
    Column("expected_low", Double),
    Column("expected_high", Double),
    Column("severity", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("incident_id", ForeignKey("incident.id"), index=True),
    Column("found_at", BigInteger, nullable=False),
    UniqueConstraint("series_id", "detector", "since"),
    Index(None, "since", "until"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", ID, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("series_count", Integer, nullable=False),
    Column("feedback", Text),  # null, "useful", "not useful" or "expected"
    Column("labels", Text, nullable=False, server_default="{}"),  # JSON: what routes match
    Column("snoozed_until", BigInteger),
    Column("flapping_until", BigInteger),  # when it counts as settled again
    Column("merged_into", BigInteger),  # the id of the incident that took its anomalies
    Index(None, "state", "since"),
)

transition = Table(
    "transition",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("comment", Text, nullable=False),
)

graded_set = Table(
    "graded_set",
    metadata,
    Column("name", Text, primary_key=True),
    Column("meaning", Text, nullable=False),  # one sentence: what the mean of its scores is
    Column("origin", Text, nullable=False),
    Column("note", Text, nullable=False),
)

graded_item = Table(
    "graded_item",
    metadata,
    Column("set_name", ForeignKey("graded_set.name", ondelete="CASCADE"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("stratum", Text, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("systems", Text, nullable=False),  # JSON list of names
    Column("text_sha256", Text, nullable=False),
)


def _of_item() -> ForeignKeyConstraint:
    columns = "set_name", "item"
    return ForeignKeyConstraint(
        columns, [f"graded_item.{name}" for name in columns], ondelete="CASCADE"
    )


verdict = Table(
    "verdict",
    metadata,
    Column("set_name", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("judge", Text, primary_key=True),
    Column("rubric", Text, primary_key=True),
    Column("order", Text, primary_key=True),  # "ab" or "ba" for a pair, else ""
    Column("status", Text, nullable=False),
    Column("score", Double),  # null unless status is "ok"
    Column("label", Text, nullable=False),
    _of_item(),
    CheckConstraint("(status = 'ok') = (score IS NOT NULL)", name="score_iff_ok"),
)

human_label = Table(
    "human_label",
    metadata,
    Column("set_name", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("rater", Text, primary_key=True),
    Column("value", Double, nullable=False),
    _of_item(),
)
