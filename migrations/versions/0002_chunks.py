"""Sealed chunks, rollups, quarantine and retention; frames of one group each"""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GROUP = 256


def upgrade() -> None:
    op.add_column(
        "source",
        sa.Column("noted_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column(
        "source", sa.Column("unnoted", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("series", sa.Column("last_value", sa.Double(), nullable=True))
    old = list(op.get_bind().execute(sa.text("SELECT * FROM hot_frame ORDER BY seq")))
    op.drop_index("ix_hot_frame_since_until", "hot_frame")
    op.drop_table("hot_frame")
    frame = _frames(grouped=True)
    op.create_index(
        "ix_hot_frame_group_id_since_until", "hot_frame", ["group_id", "since", "until"]
    )
    op.create_index("ix_hot_frame_source_id_seq", "hot_frame", ["source_id", "seq"])
    rows = [new for row in old for new in _grouped(row)]
    if rows:
        op.bulk_insert(frame, rows)
    _chunks()
    _upkeep()
    _views()
    if op.get_bind().dialect.name == "postgresql":
        # Blobs are compressed already: TOAST would only spend time on them.
        for table, column in _BLOBS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


def _views() -> None:
    """For people with sqlite3 or psql: everything in them is there to be read, and is no interface."""
    time = (
        "to_timestamp({} / 1000.0)"
        if op.get_bind().dialect.name == "postgresql"
        else "strftime('%Y-%m-%dT%H:%M:%SZ', {} / 1000, 'unixepoch')"
    )
    about = "series.metric, series.labels, series.unit, source.name AS source, source.origin"
    joined = "JOIN source ON source.id = series.source_id"
    latest = f"{time.format('series.last_at')} AS at, series.last_value AS value"
    block = (
        f"{time.format('chunk.block * 14400000.0')} AS since, chunk.count, chunk.low, chunk.high"
    )
    strange = f"{time.format('anomaly.since')} AS since, {time.format('anomaly.until')} AS until"
    found = (
        "detector",
        "severity",
        "value",
        "expected_low",
        "expected_high",
        "reason",
        "incident_id",
    )
    strange = ", ".join([strange, *(f"anomaly.{name}" for name in found)])
    views = {
        "latest_sample": (latest, "series"),
        "block_summary": (
            f"{block}, chunk.total / chunk.count AS mean, chunk.last",
            "chunk JOIN series ON series.id = chunk.series_id",
        ),
        "found_anomaly": (strange, "anomaly JOIN series ON series.id = anomaly.series_id"),
    }
    for name, (columns, tables) in views.items():
        query = f"SELECT {about}, {columns} FROM {tables} {joined}"  # noqa: S608 - of constants only
        op.execute(f"CREATE VIEW {name} AS {query}")


_BLOBS = (
    ("hot_frame", "series_ids"),
    ("hot_frame", "at"),
    ("hot_frame", "value"),
    ("chunk", "value"),
    ("time_vector", "data"),
)


def _frames(*, grouped: bool) -> sa.Table:
    own = (
        [sa.Column("group_id", sa.Integer(), nullable=False)]
        if grouped
        else [
            sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
            sa.UniqueConstraint(
                "source_id", "since", "digest", name=op.f("uq_hot_frame_source_id_since_digest")
            ),
        ]
    )
    return op.create_table(
        "hot_frame",
        sa.Column("seq", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("series_ids", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.LargeBinary(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("crc", sa.BigInteger(), nullable=False),
        *own,
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_hot_frame_source_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_hot_frame")),
        sqlite_autoincrement=grouped,
    )


def _grouped(row: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a row of the older table
    """The frame as frames of one group each, with ids and times in 4 bytes."""
    ids = np.frombuffer(row.series_ids, "<i8")
    value = np.frombuffer(row.value, "<f8")
    at = np.full(ids.size, row.since) if row.at is None else np.frombuffer(row.at, "<i8")
    for group in np.unique(ids // GROUP):
        part = ids // GROUP == group
        yield _frame(row.source_id, int(group), ids[part], at[part], value[part])


def _frame(source_id: int, group: int, ids: Any, at: Any, value: Any) -> dict[str, Any]:  # noqa: ANN401
    since, until = int(at.min()), int(at.max())
    columns = [
        ids.astype("<i4").tobytes(),
        None if since == until else (at - since).astype("<i4").tobytes(),
        value.astype("<f8").tobytes(),
    ]
    return {
        "source_id": source_id,
        "group_id": group,
        "since": since,
        "until": until,
        "count": int(ids.size),
        "series_ids": columns[0],
        "at": columns[1],
        "value": columns[2],
        "crc": zlib.crc32(b"".join(column or b"" for column in columns)),
    }


def _chunks() -> None:
    op.create_table(
        "chunk",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("time_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("last", sa.Double(), nullable=True),
        sa.Column("resets", sa.Integer(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("crc", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_chunk_series_id")),
        sa.PrimaryKeyConstraint("block", "series_id", name=op.f("pk_chunk")),
    )
    op.create_table(
        "time_vector",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("crc", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "id", name=op.f("pk_time_vector")),
    )
    op.create_table(
        "rollup",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_ids", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=False)
            for name in ("count", "total", "low", "high", "last")
        ),
        sa.Column("crc", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "step", "group_id", name=op.f("pk_rollup")),
    )


def _upkeep() -> None:
    op.create_table(
        "batch",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_batch_source_id")),
        sa.PrimaryKeyConstraint("source_id", "digest", name=op.f("pk_batch")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "retention",
        sa.Column("id", ID, nullable=False),
        sa.Column("selector", sa.Text(), nullable=False),
        sa.Column("raw_days", sa.Integer(), nullable=False),
        sa.Column("five_minute_days", sa.Integer(), nullable=False),
        sa.Column("hour_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention")),
        sa.UniqueConstraint("selector", name=op.f("uq_retention_selector")),
    )


def downgrade() -> None:
    """Back to the older tables. Samples that are sealed or hot are lost: export them before."""
    for view in ("latest_sample", "block_summary", "found_anomaly"):
        op.execute(f"DROP VIEW {view}")
    for table in ("retention", "quarantine", "batch", "rollup", "time_vector", "chunk"):
        op.drop_table(table)
    op.drop_index("ix_hot_frame_source_id_seq", "hot_frame")
    op.drop_index("ix_hot_frame_group_id_since_until", "hot_frame")
    op.drop_table("hot_frame")
    _frames(grouped=False)
    op.create_index("ix_hot_frame_since_until", "hot_frame", ["since", "until"])
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_column("last_value")
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_column("unnoted")
        batch_op.drop_column("noted_seq")
