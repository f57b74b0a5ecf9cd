"""The tables of judging: what was sampled, each reply with its cost, runs, and the canary's first grades.

What pages and reports read are the graded sets; these rows say where a verdict came from and what it cost.
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

from reinfra.store.metadata import metadata

judge_item = Table(
    "judge_item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it was answered
    Column("sampled_at", BigInteger, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("probability", Double, nullable=False),  # with which it was sampled
    Column(
        "flags", Text, nullable=False
    ),  # JSON list: flaws and attempts that were found without a judge
    Column("trace_id", Text, nullable=False),
    Column("span_id", Text, nullable=False),
    Column("texts", Text, nullable=False),
    Column("task", Text, nullable=False),  # JSON: the texts, or their SHA-256
    CheckConstraint("texts IN ('keep', 'hash')", name="texts"),
    CheckConstraint("probability > 0 AND probability <= 1", name="probability"),
    Index(None, "sampled_at"),
)

judgement = Table(
    "judgement",
    metadata,
    Column("key", Text, primary_key=True),  # SHA-256 of configuration, texts, replicate and order
    Column("config", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("judge", Text, nullable=False),
    Column("rubric", Text, nullable=False),
    Column("order", Text, nullable=False),
    Column("replicate", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("score", Double),  # as the judge gave it: in the order "ba" of the answer shown first
    Column("label", Text, nullable=False),
    Column("reply", Text, nullable=False),  # empty unless texts are kept
    Column("why", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("cost", BigInteger),  # 1e-12 USD, so that sums are exact; null: the price is unknown
    Column("price_table", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    CheckConstraint("(status = 'ok') = (score IS NOT NULL)", name="score_iff_ok"),
    Index(None, "at"),
    Index(None, "item"),
)

judge_run = Table(
    "judge_run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger),  # null: it runs, or was killed
    Column("judge", Text, nullable=False),
    Column("rubric", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("settings", Text, nullable=False),  # JSON: what the configuration's hash is of
    Column("state", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON
    Index(None, "at"),
)

judge_canary = Table(
    "judge_canary",
    metadata,
    Column("judge", Text, primary_key=True),
    Column("rubric", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("order", Text, primary_key=True),
    Column("score", Double, nullable=False),
    Column("at", BigInteger, nullable=False),
)

judge_canary_run = Table(
    "judge_canary_run",
    metadata,
    Column("judge", Text, primary_key=True),
    Column("rubric", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON
)

judge_label = Table(
    "judge_label",  # when a human_label was given
    metadata,
    Column("set_name", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("rater", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
