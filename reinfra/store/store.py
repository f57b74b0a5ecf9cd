"""The embedded store: one SQL database, SQLite by default, PostgreSQL by URL."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, func, select

from reinfra.model import Batch, Clock, SeriesBlock, SeriesKey, system_clock
from reinfra.store import catalogue, chunks, frames, migrate, registering
from reinfra.store.base import Rule, Samples, Source, Stored, Written
from reinfra.store.columns import BLOCK, GROUP
from reinfra.store.engine import BUSY_TIMEOUT_MS, connect_to, database_url
from reinfra.store.errors import shown, translated
from reinfra.store.gather import Gathered, gather
from reinfra.store.grid import LOOKBACK, RISING, align, flat
from reinfra.store.known import Known
from reinfra.store.longterm import with_expired
from reinfra.store.notes import Recent
from reinfra.store.place import Reach, reach_of, refusal
from reinfra.store.selector import Selector
from reinfra.store.tables import chunk
from reinfra.store.tables import source as source_table
from reinfra.store.write import Limits, Progress, Write
from reinfra.store.write_lock import file_lock


class Store:
    """Samples and findings in one database, so that one transaction can hold both."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock = system_clock,
        limits: Limits | None = None,
        *,
        writable: bool = True,
    ) -> None:
        self.engine, self.clock, self._writable = engine, clock, writable
        self._writing = engine.execution_options(write=True)
        self._limits = limits or Limits()
        self._known, self._recent = Known(), Recent()

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
        """A write transaction: all of it or nothing. Raises StoreError.

        On SQLite a file lock goes around it, and so around the checkpoint that a commit may start: some
        versions damage the log when a commit and a checkpoint of two connections meet (see `engine`).
        """
        with self.write_locked(), translated(self.engine.url), self._writing.begin() as connection:
            yield connection

    def write_locked(self) -> AbstractContextManager[None]:
        """What keeps others from writing to a SQLite file; nothing on PostgreSQL, which has its own.

        Raises StoreError where the file, or its folder, is read-only.
        """
        if not self._writable:
            raise refusal(self.engine.url, "the database is read-only")
        path = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        return file_lock(f"{path}-lock", BUSY_TIMEOUT_MS / 1000) if path else nullcontext()

    def write(
        self,
        batch: Batch,
        source: Source,
        *,
        watermark: int | None = None,
        cursor: str | None = None,
    ) -> Written:
        try:
            with self.writing() as connection:
                write = Write(connection, self._known, self._limits, self.clock())
                written = write.run(batch, source, Progress(watermark, cursor))
        except BaseException:
            self._known = Known()  # it may know series that were rolled back
            raise
        self._known.learn(write.learned)
        return written

    def register(self, series: list[Stored]) -> dict[SeriesKey, int]:
        """The ids that findings about series of another store have here; no sample comes with them."""
        prints = {one.key.fingerprint: one for one in series}
        with self.writing() as connection:
            known = registering.known(connection, list(prints))
            unknown = {print_: one for print_, one in prints.items() if print_ not in known}
            for name in {one.source for one in unknown.values()}:
                new = {print_: one for print_, one in unknown.items() if one.source == name}
                given = Source(name, next(iter(new.values())).key.origin)
                row = catalogue.source_row(connection, given, self.clock())
                firsts = {print_: (one.key, one.first_at) for print_, one in new.items()}
                known |= registering.add(connection, firsts, row.id)
        return {prints[print_].key: row.id for print_, row in known.items()}

    def series(self, selector: Selector) -> list[Stored]:
        with self.reading() as connection:
            return catalogue.find(connection, selector, self._recent)

    def samples(self, selected: list[Stored], since: int, until: int) -> Samples:
        rows = self.gathered(_ids(selected), since, until)
        keys = tuple(stored.key for stored in selected)
        ends = (rows.start + rows.count).tolist()
        parts = list(zip(rows.start.tolist(), ends, strict=True))
        at = tuple(rows.at[start:end] for start, end in parts)
        value = tuple(rows.value[start:end] for start, end in parts)
        return Samples(keys, at, value, rows.damaged)

    def read(
        self, selected: list[Stored], since: int, until: int, step: int, rule: Rule = Rule.LAST
    ) -> SeriesBlock:
        keys = tuple(stored.key for stored in selected)
        rising = any(key.kind in RISING for key in keys)
        rows = flat(self.gathered(_ids(selected), since - LOOKBACK if rising else since, until))
        block = align(keys, rows, (since, until), step, rule)
        return with_expired(self, selected, rows, since, block, rule)

    def watermark(self, source: str) -> int | None:
        query = select(source_table.c.watermark).where(source_table.c.name == source)
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def cursor(self, source: str) -> str | None:
        """Where the collector of `source` goes on, as it wrote it with its last batch."""
        query = select(source_table.c.cursor).where(source_table.c.name == source)
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def gathered(self, ids: NDArray[np.int64], since: int, until: int) -> Gathered:
        """Samples in flat columns; series `ids[i]` at place i."""
        groups = np.unique(ids // GROUP).tolist()
        with self.reading() as connection:
            # Frames first: what is sealed between the two statements is then read twice, not never.
            hot = frames.load(connection, groups, since, until)
            blocks = _blocks(connection, since, until)
            sealed = chunks.load(connection, blocks, np.unique(ids))
        return gather(hot, sealed, ids, since, until)


def open_store(
    url: str, *, clock: Clock = system_clock, create: bool = False, limits: Limits | None = None
) -> Store:
    """The store behind a database URL, its schema checked; `create` makes or updates it first.

    A read-only SQLite file is opened for reading. Raises StoreError for a database that is not there or out
    of reach, and for a schema that is missing, older or newer.
    """
    place = database_url(url)
    reach = reach_of(place, create=create)
    store = Store(connect_to(place, reach), clock, limits, writable=reach is Reach.WRITABLE)
    if create:
        with store.writing() as connection:
            migrate.require_known(connection, store.name)
            migrate.upgrade(connection)
    with store.reading() as connection:
        migrate.require_current(connection, store.name)
    return store


def _ids(selected: list[Stored]) -> NDArray[np.int64]:
    return np.array([stored.id for stored in selected], np.int64)


_SHORT = 50  # blocks that are asked for whether there are chunks of them or not


def _blocks(connection: Connection, since: int, until: int) -> range:
    """The numbers of the blocks in [since, until) that there can be chunks of."""
    if until <= since:
        return range(0)
    if until - since <= _SHORT * BLOCK:
        return range(since // BLOCK, (until - 1) // BLOCK + 1)
    first, last = connection.execute(_SPAN).one()
    if first is None:
        return range(0)
    return range(max(first, since // BLOCK), min(last, (until - 1) // BLOCK) + 1)


_SPAN = select(
    select(func.min(chunk.c.block)).scalar_subquery(),
    select(func.max(chunk.c.block)).scalar_subquery(),
)
