"""The tables of detection itself: where each detector stopped at each series, and the parts of a run."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from reinfra.store.metadata import metadata

detector_state = Table(
    "detector_state",
    metadata,
    Column("series_id", ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("detector", Text, primary_key=True),
    Column("settings", LargeBinary(8), nullable=False),  # a digest: other settings begin anew
    Column("until", BigInteger, nullable=False),  # the end of the last cell that was scored
    Column("recent", Integer, nullable=False),  # cells with a sample shortly before `until`
    # Both states have a short part, and a long one that is seldom read and written; null: there is none.
    Column("near", LargeBinary, nullable=False),
    Column("deep", LargeBinary),
    Column("level_near", LargeBinary),
    Column("level_deep", LargeBinary),
    Column("tail", LargeBinary, nullable=False),  # what the next run must know of the last cells
)

work_item = Table(
    "work_item",  # of the run that is under way; several processes claim them
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("owner", Text),
    Column("leased_until", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # JSON: what to do
    Column("result", LargeBinary),  # JSON; null: not done yet
    Index(None, "leased_until"),
)
