"""The tables of samples. Times are milliseconds since 1970 UTC; a block is 4 hours, numbered since then."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from reinfra.store.metadata import ID, metadata

source = Table(
    "source",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("origin", Text, nullable=False),
    Column("note", Text, nullable=False),  # what a page must say of it: how far times were shifted
    Column("cursor", Text),  # where the collector goes on; its own format
    Column("watermark", BigInteger),  # everything before this instant has been collected
    Column("refused", BigInteger, nullable=False),  # samples refused so far
    Column("updated_at", BigInteger, nullable=False),
    # Frames up to this seq are reflected in series.last_at; so many more are not yet.
    Column("noted_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("unnoted", Integer, nullable=False, server_default=text("0")),
)

series = Table(
    "series",
    metadata,
    Column("id", ID, primary_key=True),
    Column("fingerprint", LargeBinary(16), nullable=False, unique=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("metric", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("labels", Text, nullable=False),  # JSON object
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),  # of the noted frames, see source.noted_seq
    Column("last_value", Double),  # the sample at last_at; null: not noted yet, or not finite
)

series_label = Table(
    "series_label",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("series_id", ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
)

hot_frame = Table(
    "hot_frame",
    metadata,
    Column("seq", ID, primary_key=True),  # the order of arrival: the last write of an instant wins
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("group_id", Integer, nullable=False),  # series id // 256, the same for all its samples
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # of its last sample; in the same block as `since`
    Column("count", Integer, nullable=False),
    Column("series_ids", LargeBinary, nullable=False),  # int32
    Column("at", LargeBinary),  # int32, ms after `since`; null when every sample is at `since`
    Column("value", LargeBinary, nullable=False),  # float64, bit for bit
    Column("crc", BigInteger, nullable=False),
    Index(None, "group_id", "since", "until"),
    Index(None, "source_id", "seq"),
    sqlite_autoincrement=True,  # a seq is never used again: chunks say up to which one they hold
)

batch = Table(
    "batch",  # what was written in the last days, so that a replay changes nothing
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("written_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

time_vector = Table(
    "time_vector",  # series scraped together share one
    metadata,
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # blake2b of the times
    Column("count", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # of the last sample
    Column("data", LargeBinary, nullable=False),  # pcodec, int64
    Column("crc", BigInteger, nullable=False),
)

chunk = Table(
    "chunk",
    metadata,
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("series_id", ForeignKey("series.id"), primary_key=True),
    Column("time_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),  # frames up to this one are merged in
    Column("count", Integer, nullable=False),
    Column("low", Double),  # of the finite samples, null: none is
    Column("high", Double),
    Column("total", Double),
    Column("last", Double),  # the last sample; null: it is not finite
    Column("resets", Integer, nullable=False),  # decreases, which for a counter are resets
    Column("value", LargeBinary, nullable=False),  # pcodec, float64, bit for bit
    Column("crc", BigInteger, nullable=False),
)

rollup = Table(
    "rollup",  # one row for all series of a group: matrices of series x steps, each pcodec
    metadata,
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),  # ms
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("series_ids", LargeBinary, nullable=False),  # int32
    Column("count", LargeBinary, nullable=False),  # samples that are numbers
    Column("total", LargeBinary, nullable=False),  # their sum; a counter's or bucket's increase
    Column("low", LargeBinary, nullable=False),
    Column("high", LargeBinary, nullable=False),
    Column("last", LargeBinary, nullable=False),
    Column("crc", BigInteger, nullable=False),
)

quarantine = Table(
    "quarantine",  # rows whose checksum was wrong, kept as they were found
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", Text, nullable=False),  # chunk, time_vector or hot_frame
    Column("block", Integer, nullable=False),
    Column("series_id", BigInteger),  # null when it holds several
    Column("data", LargeBinary, nullable=False),
    Column("found_at", BigInteger, nullable=False),
)

retention = Table(
    "retention",  # the first that matches a series decides, by increasing id
    metadata,
    Column("id", ID, primary_key=True),
    Column("selector", Text, nullable=False, unique=True),
    Column("raw_days", Integer, nullable=False),
    Column("five_minute_days", Integer, nullable=False),
    Column("hour_days", Integer, nullable=False),
)
