"""Heartbeats and versions of runs"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COUNTS = ("windows", "scored", "warming", "failed", "stale", "late", "incidents")


def upgrade() -> None:
    for name in _COUNTS:
        op.add_column("run", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("run", sa.Column("versions", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("run", sa.Column("done_until", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("seconds", sa.Double(), nullable=True))
    op.add_column("run", sa.Column("pid", sa.Integer(), nullable=True))
    op.execute("UPDATE run SET done_until = until WHERE exit_code = 0")
    op.create_index(op.f("ix_run_kind_done_until"), "run", ["kind", "done_until"])
    op.create_table(
        "heartbeat",
        sa.Column("loop", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("every", sa.Double(), nullable=True),
        sa.Column("stated", sa.Boolean(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("loop", "host", name=op.f("pk_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_index(op.f("ix_run_kind_done_until"), "run")
    for name in (*_COUNTS, "versions", "done_until", "seconds", "pid"):
        op.drop_column("run", name)
