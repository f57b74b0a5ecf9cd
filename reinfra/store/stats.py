"""How much is stored, and in how many bytes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, text

from reinfra.store.store import Store
from reinfra.store.tables import chunk, hot_frame, quarantine, rollup, series, source, time_vector


@dataclass(frozen=True, slots=True)
class Stats:
    """`payload` is compressed samples and their times alone, `bytes` the whole database with its log.

    `wal` is SQLite's log: gigabytes of it say that some reader holds it open.
    """

    series: int
    hot_samples: int
    sealed_samples: int
    chunks: int
    rollups: int
    quarantined: int
    refused: int
    payload: int
    bytes: int
    wal: int

    @property
    def bytes_per_sample(self) -> float | None:
        """Of sealed samples; None where there is none."""
        return self.payload / self.sealed_samples if self.sealed_samples else None


def stats(store: Store) -> Stats:
    with store.reading() as connection:
        sizes = (
            _number(connection, func.sum(func.length(chunk.c.value))),
            _number(connection, func.sum(func.length(time_vector.c.data))),
        )
        size, wal = _bytes(connection, store)
        return Stats(
            series=_number(connection, func.count(series.c.id)),
            hot_samples=_number(connection, func.sum(hot_frame.c.count)),
            sealed_samples=_number(connection, func.sum(chunk.c.count)),
            chunks=_number(connection, func.count(chunk.c.block)),
            rollups=_number(connection, func.count(rollup.c.block)),
            quarantined=_number(connection, func.count(quarantine.c.id)),
            refused=_number(connection, func.sum(source.c.refused)),
            payload=sum(sizes),
            bytes=size,
            wal=wal,
        )


def _number(connection: Connection, aggregate: ColumnElement[Any]) -> int:
    return int(connection.execute(select(aggregate)).scalar() or 0)


def _bytes(connection: Connection, store: Store) -> tuple[int, int]:
    if connection.dialect.name == "postgresql":
        query = text("SELECT pg_database_size(current_database())")
        return int(connection.execute(query).scalar_one()), 0
    path = Path(store.engine.url.database or "")
    wal = Path(f"{path}-wal")
    log = wal.stat().st_size if wal.exists() else 0
    return path.stat().st_size + log, log
