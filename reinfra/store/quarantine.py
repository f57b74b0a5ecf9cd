"""Quarantine: a damaged row is kept as it was found, out of the way of readers and of its successor."""

from sqlalchemy import Connection, delete, insert, select

from reinfra.store.tables import chunk, quarantine


def set_aside(connection: Connection, key: tuple[int, int], now: int) -> None:
    """Move the chunk of (series, block) to quarantine."""
    series_id, block = key
    this = (chunk.c.series_id == series_id) & (chunk.c.block == block)
    for row in connection.execute(select(chunk.c.value).where(this)).all():
        kept = {"kind": "chunk", "block": block, "series_id": series_id}
        connection.execute(insert(quarantine).values(kept | {"data": row.value, "found_at": now}))
    connection.execute(delete(chunk).where(this))
