"""block_summary shows the sum of a block's finite samples: how many there are of those is not kept"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ABOUT = "series.metric, series.labels, series.unit, source.name AS source, source.origin"
_FROM = (
    "chunk JOIN series ON series.id = chunk.series_id JOIN source ON source.id = series.source_id"
)


def upgrade() -> None:
    _replace("chunk.total")


def downgrade() -> None:
    _replace("chunk.total / chunk.count AS mean")


def _replace(total: str) -> None:
    time = (
        "to_timestamp(chunk.block * 14400)"
        if op.get_bind().dialect.name == "postgresql"
        else "strftime('%Y-%m-%dT%H:%M:%SZ', chunk.block * 14400, 'unixepoch')"
    )
    columns = f"{_ABOUT}, {time} AS since, chunk.count, chunk.low, chunk.high, {total}, chunk.last"
    op.execute("DROP VIEW block_summary")
    op.execute(f"CREATE VIEW block_summary AS SELECT {columns} FROM {_FROM}")  # noqa: S608 - constants
