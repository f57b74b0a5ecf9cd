"""States of detectors, and the work items of a run"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "detector_state",
        sa.Column(
            "series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("settings", sa.LargeBinary(8), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.Column("near", sa.LargeBinary(), nullable=False),
        sa.Column("deep", sa.LargeBinary(), nullable=True),
        sa.Column("level_near", sa.LargeBinary(), nullable=True),
        sa.Column("level_deep", sa.LargeBinary(), nullable=True),
        sa.Column("tail", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["series.id"],
            name=op.f("fk_detector_state_series_id_series"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("series_id", "detector", name=op.f("pk_detector_state")),
    )
    op.create_table(
        "work_item",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_work_item_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_work_item")),
    )
    op.create_index(op.f("ix_work_item_leased_until"), "work_item", ["leased_until"])


def downgrade() -> None:
    op.drop_table("work_item")
    op.drop_table("detector_state")
