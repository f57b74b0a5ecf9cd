"""What is known of each source: for the pages that must say where their numbers come from."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from reinfra.model import Origin
from reinfra.store.schema import hot_frame, series, source


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as the store knows it. `last_at` is its latest sample's time, None before the first."""

    name: str
    origin: Origin
    note: str
    watermark: int | None
    refused: int
    series: int
    last_at: int | None


_NEWEST = (
    select(func.max(hot_frame.c.until))
    .where(hot_frame.c.source_id == source.c.id, hot_frame.c.seq > source.c.noted_seq)
    .scalar_subquery()
)


def listing(connection: Connection) -> list[SourceState]:
    """Every source, by name."""
    query = (
        select(
            source.c.name,
            source.c.origin,
            source.c.note,
            source.c.watermark,
            source.c.refused,
            func.count(series.c.id).label("series"),
            func.max(series.c.last_at).label("noted"),
            _NEWEST.label("newest"),  # may be ahead of what is noted in the series' rows
        )
        .join(series, isouter=True)
        .group_by(source.c.id)
        .order_by(source.c.name)
    )
    return [
        SourceState(
            row.name,
            Origin(row.origin),
            row.note,
            row.watermark,
            row.refused,
            row.series,
            max((at for at in (row.noted, row.newest) if at is not None), default=None),
        )
        for row in connection.execute(query)
    ]
