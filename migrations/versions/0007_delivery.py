"""Delivery of messages: urgency, digests, and how each receiver stands"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PENDING = "state = 'pending'"
PARTIAL = {
    "ix_outbox_due": (PENDING, ["channel", "urgency", "next_attempt_at"]),
    "ix_outbox_order": (PENDING, ["incident_id", "channel", "id"]),
    "ix_outbox_digest": ("digest_id IS NOT NULL", ["digest_id", "state"]),
}


def upgrade() -> None:
    op.add_column("outbox", sa.Column("urgency", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("outbox", sa.Column("digest_id", sa.BigInteger(), nullable=True))
    op.drop_index(op.f("ix_outbox_state_next_attempt_at"), "outbox")
    columns = ["state", "channel", "created_at"]
    op.create_index(op.f("ix_outbox_state_channel_created_at"), "outbox", columns)
    for name, (condition, names) in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, "outbox", names, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "receiver",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("tokens_at", sa.BigInteger(), nullable=False),
        sa.Column("rest_until", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("digest_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_receiver")),
    )


def downgrade() -> None:
    op.drop_table("receiver")
    for name in PARTIAL:
        op.drop_index(name, "outbox")
    op.drop_index(op.f("ix_outbox_state_channel_created_at"), "outbox")
    op.drop_column("outbox", "digest_id")
    op.drop_column("outbox", "urgency")
    op.create_index(op.f("ix_outbox_state_next_attempt_at"), "outbox", ["state", "next_attempt_at"])
