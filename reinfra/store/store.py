"""The embedded store: one SQL database, SQLite by default, PostgreSQL by URL."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from sqlalchemy import Connection, Engine, select, update

from reinfra.model import Batch, Clock, SeriesBlock, system_clock
from reinfra.store import catalogue, frames, migrate
from reinfra.store.base import Rule, Samples, Source, Stored, Written
from reinfra.store.engine import connect_to, database_url
from reinfra.store.errors import shown, translated
from reinfra.store.frames import Columns
from reinfra.store.grid import align
from reinfra.store.schema import source as source_table
from reinfra.store.selector import Selector

FUTURE_MS = 600_000
"""A sample later than this after the clock is refused: its own clock is wrong."""


class Store:
    """Samples and findings in one database, so that one transaction can hold both."""

    def __init__(self, engine: Engine, clock: Clock = system_clock) -> None:
        self.engine, self.clock = engine, clock

    @property
    def name(self) -> str:
        """The database as a message may name it: no password."""
        return shown(self.engine.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; keep it short, and decode what it gave after it."""
        with translated(self.engine.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction: all of it or nothing. Raises StoreError."""
        engine = self.engine.execution_options(write=True)
        with translated(self.engine.url), engine.begin() as connection:
            yield connection

    def write(self, batch: Batch, source: Source, *, watermark: int | None = None) -> Written:
        now = self.clock()
        late = batch.at > now + FUTURE_MS
        refused = {"far in the future": int(late.sum())} if late.any() else {}
        kept = Batch(batch.keys, batch.series[~late], batch.at[~late], batch.value[~late])
        with self.writing() as connection:
            given = catalogue.source_id(connection, source, now)
            added = self._append(connection, given, kept) if len(kept) else 0
            self._advance(connection, given, watermark, sum(refused.values()))
        return Written(
            len(kept) if added else 0, replayed=bool(len(kept)) and not added, refused=refused
        )

    def series(self, selector: Selector) -> list[Stored]:
        with self.reading() as connection:
            return catalogue.find(connection, selector)

    def samples(self, selected: list[Stored], since: int, until: int) -> Samples:
        rows = self._rows(selected, since, until)
        edges = np.searchsorted(rows.ids, np.arange(1, len(selected)))
        keys = tuple(stored.key for stored in selected)
        if not selected:
            return Samples((), (), ())
        return Samples(keys, tuple(np.split(rows.at, edges)), tuple(np.split(rows.value, edges)))

    def read(
        self, selected: list[Stored], since: int, until: int, step: int, rule: Rule = Rule.LAST
    ) -> SeriesBlock:
        keys = tuple(stored.key for stored in selected)
        return align(keys, self._rows(selected, since, until), (since, until), step, rule)

    def watermark(self, source: str) -> int | None:
        query = select(source_table.c.watermark).where(source_table.c.name == source)
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def _append(self, connection: Connection, given: int, batch: Batch) -> int:
        used, series = np.unique(batch.series, return_inverse=True)
        low = np.full(used.size, np.iinfo(np.int64).max)
        high = np.full(used.size, np.iinfo(np.int64).min)
        np.minimum.at(low, series, batch.at)
        np.maximum.at(high, series, batch.at)
        keys = Batch(
            tuple(batch.keys[i] for i in used), series.astype(np.int32), batch.at, batch.value
        )
        spans = list(zip(low.tolist(), high.tolist(), strict=True))
        ids = np.array(catalogue.ids_of(connection, keys, given, spans), np.int64)
        return frames.append(connection, given, Columns(ids[series], batch.at, batch.value))

    def _advance(
        self, connection: Connection, given: int, watermark: int | None, refused: int
    ) -> None:
        table = source_table
        values = {"updated_at": self.clock(), "refused": table.c.refused + refused}
        if watermark is not None:
            values["watermark"] = watermark
        connection.execute(update(table).where(table.c.id == given).values(**values))

    def _rows(self, selected: list[Stored], since: int, until: int) -> Columns:
        """Samples of the selected series by (place in `selected`, time), the last write of an instant only."""
        with self.reading() as connection:
            loaded = frames.load(connection, since, until)
        parts = list(frames.decode(loaded))
        if not parts or not selected:
            return Columns(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        rows = Columns(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.at for part in parts]),
            np.concatenate([part.value for part in parts]),
        )
        wanted = [stored.id for stored in selected]
        place = np.full(max(int(rows.ids.max()), *wanted) + 1, -1)
        place[wanted] = np.arange(len(wanted))
        rows = Columns(place[rows.ids], rows.at, rows.value)
        return _last_written(rows.take((rows.ids >= 0) & (rows.at >= since) & (rows.at < until)))


def open_store(url: str, *, clock: Clock = system_clock, create: bool = False) -> Store:
    """The store behind a database URL, its schema checked; `create` brings the schema up to date first.

    Raises StoreError for a schema that is missing, older or newer, and for a database out of reach.
    """
    store = Store(connect_to(database_url(url)), clock)
    if create:
        with store.writing() as connection:
            migrate.require_known(connection, store.name)
            migrate.upgrade(connection)
    with store.reading() as connection:
        migrate.require_current(connection, store.name)
    return store


def _last_written(rows: Columns) -> Columns:
    rows = rows.take(
        np.lexsort((rows.at, rows.ids))
    )  # stable: among equals the later write is last
    same = (np.diff(rows.ids) == 0) & (np.diff(rows.at) == 0)
    return rows.take(np.append(~same, True)) if rows.at.size else rows
