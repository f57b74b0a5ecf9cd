"""The table of backtests: what was replayed, with which settings, and what came of it."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from reinfra.store.metadata import metadata

backtest = Table(
    "backtest",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),  # a digest of the settings that were tried
    Column("version", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON
    Index(None, "at"),
)
