"""From a batch to committed frames: who may write what, new series, the source's place."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, Text, bindparam, case, func, select, update

from reinfra.model import DAY, MINUTE, Batch, Origin, SeriesKey
from reinfra.store import catalogue, frames, notes, registering
from reinfra.store.base import Source, Written
from reinfra.store.columns import Columns
from reinfra.store.known import NEVER, Known
from reinfra.store.registering import KnownSeries
from reinfra.store.tables import batch as batch_table
from reinfra.store.tables import series, source
from reinfra.store.upsert import insert_new
from reinfra.store.write_lock import share_writing

FUTURE = 10 * MINUTE
"""A sample later than this after the clock is refused: its own clock is wrong."""
LATENESS = DAY
"""A live series takes nothing older than this before its last sample."""
NOTED_EVERY = 1024  # frames of a source between two updates of its series' last instants


@dataclass(frozen=True, slots=True)
class Limits:
    """What one source may deliver."""

    series: int = 100_000


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a source has got to, to be stored with its samples."""

    watermark: int | None = None
    cursor: str | None = None


@dataclass(slots=True)
class Write:
    """One batch on its way in, within one transaction."""

    connection: Connection
    known: Known
    limits: Limits
    now: int
    learned: dict[SeriesKey, int] = field(default_factory=dict)

    def run(self, batch: Batch, given: Source, progress: Progress) -> Written:
        share_writing(self.connection)
        row = catalogue.source_row(self.connection, given, self.now)
        refused: dict[str, int] = {}
        batch = _without(batch, batch.at > self.now + FUTURE, "far in the future", refused)
        columns = self._identified(batch, row.id, refused)
        replayed = columns.ids.size > 0 and not self._is_new(row.id, columns)
        columns = self._timely(columns, given.origin, refused)
        accepted = 0 if replayed else int(columns.ids.size)
        added = frames.append(self.connection, row.id, columns) if accepted else 0
        unnoted = row.unnoted + added
        if unnoted >= NOTED_EVERY:
            notes.note(self.connection, row.id, row.noted_seq)
            unnoted = 0
        counts = {"more": sum(refused.values()), "unnoted": unnoted}
        self.connection.execute(_ADVANCE, counts | _moved(row.id, progress, self.now))
        return Written(accepted, replayed, refused)

    def _is_new(self, source_id: int, columns: Columns) -> bool:
        """Whether these very samples were not written before; says that they are now."""
        digest = hashlib.blake2b(digest_size=16)
        for column in (columns.ids, columns.at, columns.value):
            digest.update(column.tobytes())
        row = {"source_id": source_id, "digest": digest.digest(), "written_at": self.now}
        return insert_new(self.connection, batch_table, row)

    def _identified(self, batch: Batch, source_id: int, refused: dict[str, int]) -> Columns:
        """The samples by series id, those of series beyond the limit refused."""
        layout = self.known.layout(batch.keys)
        ids = layout[batch.series]
        if (ids < 0).any():
            layout = self._resolved(batch, layout, source_id)
            ids = layout[batch.series]
            batch = _without(batch, ids < 0, "too many series", refused)
            ids = ids[ids >= 0]
        return Columns(ids, batch.at, batch.value)

    def _timely(self, rows: Columns, origin: Origin, refused: dict[str, int]) -> Columns:
        """The samples that are not too late, the series' spans brought up to them."""
        first, last = self.known.span(rows.ids)
        if origin is Origin.LIVE:
            old = rows.at < np.maximum(last, NEVER + LATENESS) - LATENESS
            if old.any():
                refused["older than 24 hours before the last sample"] = int(old.sum())
                rows, first = rows.take(~old), first[~old]
        early = rows.at < first
        if early.any():
            catalogue.widen(self.connection, rows.ids[early], rows.at[early])
        self.known.widen(rows.ids, rows.at, rows.at)
        return rows

    def _resolved(
        self, batch: Batch, layout: NDArray[np.int64], source_id: int
    ) -> NDArray[np.int64]:
        """The layout with the series that have samples looked up or added, as far as the limit allows."""
        used, place = np.unique(batch.series, return_inverse=True)
        low = np.full(used.size, np.iinfo(np.int64).max)
        np.minimum.at(low, place, batch.at)
        unknown = layout[used] < 0
        new = used[unknown].tolist()
        prints = [batch.keys[i].fingerprint for i in new]
        places = list(zip(new, low[unknown].tolist(), strict=True))
        rows = self._rows(batch, dict(zip(prints, places, strict=True)), source_id)
        layout = layout.copy()
        for i, print_ in zip(new, prints, strict=True):
            if print_ in rows:
                layout[i] = rows[print_].id
        self.learned = {batch.keys[i]: int(layout[i]) for i in new if layout[i] >= 0}
        spans = np.array(list(rows.values()), np.int64).reshape(-1, 3)
        self.known.widen(spans[:, 0], spans[:, 1], spans[:, 2])
        return layout

    def _rows(
        self, batch: Batch, wanted: Mapping[bytes, tuple[int, int]], source_id: int
    ) -> dict[bytes, KnownSeries]:
        """By fingerprint what there is or could be added. `wanted` are places of keys and first instants."""
        rows = registering.known(self.connection, list(wanted))
        unknown = [print_ for print_ in wanted if print_ not in rows]
        if unknown:
            room = max(self.limits.series - _count(self.connection, source_id), 0)
            places = ((print_, *wanted[print_]) for print_ in unknown[:room])
            new = {print_: (batch.keys[i], at) for print_, i, at in places}
            rows |= registering.add(self.connection, new, source_id)
        return rows


def _without(batch: Batch, bad: NDArray[np.bool_], why: str, refused: dict[str, int]) -> Batch:
    """The batch without the bad samples, which are counted."""
    if not bad.any():
        return batch
    refused[why] = int(bad.sum())
    return Batch(batch.keys, batch.series[~bad], batch.at[~bad], batch.value[~bad])


def _count(connection: Connection, source_id: int) -> int:
    query = select(func.count()).where(series.c.source_id == source_id)
    return int(connection.execute(query).scalar_one())


_ADVANCE = (
    update(source)
    .where(source.c.id == bindparam("which"))
    .values(
        updated_at=bindparam("now"),
        unnoted=bindparam("unnoted"),
        refused=source.c.refused + bindparam("more"),
        cursor=func.coalesce(bindparam("new_cursor", type_=Text), source.c.cursor),
        # A watermark says what has been collected, so it never moves back.
        watermark=case(
            (source.c.watermark > bindparam("mark", type_=BigInteger), source.c.watermark),
            else_=func.coalesce(bindparam("mark", type_=BigInteger), source.c.watermark),
        ),
    )
)


def _moved(source_id: int, progress: Progress, now: int) -> dict[str, int | str | None]:
    return {
        "which": source_id,
        "now": now,
        "mark": progress.watermark,
        "new_cursor": progress.cursor,
    }
