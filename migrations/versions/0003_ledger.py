"""States of sources, absences, facts, answers"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = "source_state", "refusal", "absence", "fact", "answer"


def upgrade() -> None:
    _sources()
    _stretches()
    _answers()


def _sources() -> None:
    op.create_table(
        "source_state",
        _text("source"),
        _text("state"),
        _time("since"),
        _time("seen"),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        _text("error"),
        sa.CheckConstraint("state IN ('answering', 'failing')", name=op.f("ck_source_state_state")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )
    op.create_table(
        "refusal",
        _text("source"),
        _text("reason"),
        sa.Column("count", sa.BigInteger(), nullable=False),
        _time("since"),
        _time("seen"),
        sa.PrimaryKeyConstraint("source", "reason", name=op.f("pk_refusal")),
    )


def _stretches() -> None:
    for table, names in (("absence", ("signal", "state", "reason")), ("fact", ("name", "value"))):
        op.create_table(
            table,
            sa.Column("id", ID, nullable=False),
            _text("source"),
            _text("subject"),
            *(_text(name) for name in names),
            _time("since"),
            _time("seen"),
            sa.Column("until", sa.BigInteger(), nullable=True),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_source_until"), table, ["source", "until"])
    op.create_index(op.f("ix_fact_since"), "fact", ["since"])


def _answers() -> None:
    words = "service", "model", "prompt_version", "accelerator", "texts"
    contents = "input", "output", "reference", "scorer", "label"
    op.create_table(
        "answer",
        _text("id"),
        _text("source"),
        _time("at"),
        *(_text(name) for name in words + contents),
        sa.Column("input_length", sa.Integer(), nullable=False),
        sa.Column("output_length", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.CheckConstraint("texts IN ('keep', 'hash')", name=op.f("ck_answer_texts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    op.create_index(op.f("ix_answer_at"), "answer", ["at"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
