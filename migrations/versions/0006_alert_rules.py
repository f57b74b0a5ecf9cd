"""Routes that decided, silences, acknowledgements"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ADDED = ("snoozed_until", "flapping_until", "merged_into")


def upgrade() -> None:
    op.add_column("incident", sa.Column("labels", sa.Text(), server_default="{}", nullable=False))
    for name in _ADDED:
        op.add_column("incident", sa.Column(name, sa.BigInteger(), nullable=True))
    _silence()
    _notification()
    _decision()


def _silence() -> None:
    op.create_table(
        "silence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index(op.f("ix_silence_ends_at"), "silence", ["ends_at"])


def _notification() -> None:
    op.create_table(
        "notification_group",
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("base_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notification_group")),
    )
    op.create_table(
        "notification",
        _incident_id(),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("group_key", sa.LargeBinary(16), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("knows", sa.Integer(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        _of_incident("notification"),
        sa.PrimaryKeyConstraint("incident_id", "receiver", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_next_at"), "notification", ["next_at"])


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        _incident_id(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        _of_incident("decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_incident_id"), "decision", ["incident_id"])


def _incident_id() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("incident_id", kind, nullable=False)


def _of_incident(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_incident_id_incident")
    return sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=name)


def downgrade() -> None:
    for table in ("decision", "notification", "notification_group", "silence"):
        op.drop_table(table)
    for name in (*_ADDED, "labels"):
        op.drop_column("incident", name)
