"""What is judged, by whom, at what cost"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _item()
    _judgement()
    _run()
    _canary()
    _canary_run()
    _label()


def _item() -> None:
    op.create_table(
        "judge_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sampled_at", sa.BigInteger(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("span_id", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.CheckConstraint("texts IN ('keep', 'hash')", name=op.f("ck_judge_item_texts")),
        sa.CheckConstraint(
            "probability > 0 AND probability <= 1", name=op.f("ck_judge_item_probability")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_item")),
    )
    op.create_index(op.f("ix_judge_item_sampled_at"), "judge_item", ["sampled_at"])


def _judgement() -> None:
    op.create_table(
        "judgement",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("rubric", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("replicate", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_read_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("price_table", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(status = 'ok') = (score IS NOT NULL)", name=op.f("ck_judgement_score_iff_ok")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_judgement")),
    )
    op.create_index(op.f("ix_judgement_at"), "judgement", ["at"])
    op.create_index(op.f("ix_judgement_item"), "judgement", ["item"])


def _run() -> None:
    op.create_table(
        "judge_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("rubric", sa.Text(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_run")),
    )
    op.create_index(op.f("ix_judge_run_at"), "judge_run", ["at"])


def _canary() -> None:
    op.create_table(
        "judge_canary",
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("rubric", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("judge", "rubric", "item", "order", name=op.f("pk_judge_canary")),
    )


def _canary_run() -> None:
    op.create_table(
        "judge_canary_run",
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("rubric", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("judge", "rubric", "number", name=op.f("pk_judge_canary_run")),
    )


def _label() -> None:
    op.create_table(
        "judge_label",
        sa.Column("set_name", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("rater", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("set_name", "item", "rater", name=op.f("pk_judge_label")),
    )


def downgrade() -> None:
    for table in (
        "judge_label",
        "judge_canary_run",
        "judge_canary",
        "judge_run",
        "judgement",
        "judge_item",
    ):
        op.drop_table(table)
