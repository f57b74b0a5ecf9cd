"""What every read-only backend does alike."""

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from reinfra.model import Batch, SeriesBlock, SeriesKey
from reinfra.store.base import Rule, Samples, Source, Stored
from reinfra.store.columns import Columns
from reinfra.store.errors import StoreError
from reinfra.store.grid import LOOKBACK, RISING, align


class ReadOnly:
    """Reads are aligned by the embedded store's own code, so that the same samples give the same answer."""

    name: str

    def write(self, batch: Batch, source: Source, *, watermark: int | None = None) -> NoReturn:
        """Always raises StoreError."""
        del batch, source, watermark
        raise StoreError(
            "this store is read-only",
            where=self.name,
            todo="Results go into the database of database.url.",
        )

    def columns(self, selected: list[Stored], since: int, until: int) -> Columns:
        """The samples in [since, until), by (place in `selected`, time); `ids` are places."""
        raise NotImplementedError

    def samples(self, selected: list[Stored], since: int, until: int) -> Samples:
        rows = self.columns(selected, since, until)
        edges = np.searchsorted(rows.ids, np.arange(1, len(selected)))
        at, value = np.split(rows.at, edges), np.split(rows.value, edges)
        if not selected:
            return Samples((), (), ())
        return Samples(tuple(one.key for one in selected), tuple(at), tuple(value))

    def read(
        self, selected: list[Stored], since: int, until: int, step: int, rule: Rule = Rule.LAST
    ) -> SeriesBlock:
        keys = tuple(stored.key for stored in selected)
        rising = any(key.kind in RISING for key in keys)
        rows = self.columns(selected, since - LOOKBACK if rising else since, until)
        return align(keys, rows, (since, until), step, rule)


def id_of(key: SeriesKey) -> int:
    """A number for a series where the backend has none: 63 bits of its fingerprint, the same everywhere."""
    return int.from_bytes(key.fingerprint[:8], "little") >> 1


def ordered(rows: Columns) -> Columns:
    """By (place, time), one sample per instant: the last of those given."""
    order = np.lexsort((rows.at, rows.ids))
    if not _rises(order):
        rows = rows.take(order)
    if not rows.ids.size:
        return rows
    last = np.append((np.diff(rows.ids) != 0) | (np.diff(rows.at) != 0), np.ones(1, np.bool_))
    return rows if last.all() else rows.take(last)


def _rises(order: NDArray[np.intp]) -> bool:
    return bool((np.diff(order) > 0).all())
