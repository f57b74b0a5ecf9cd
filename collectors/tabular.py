"""Any CSV or Parquet file with a time column and numeric columns, as series."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from collectors import tabular_columns as columns
from collectors.base import CollectorError, Labels, key_of
from collectors.tabular_file import read_table
from reinfra.model import ORIGIN_LABEL, Batch, Origin, SeriesKey
from reinfra.signals import find


@dataclass(frozen=True, slots=True)
class Table:
    """A file's series, and what a person must know about how they were read, one sentence each."""

    batch: Batch
    time_column: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tabular:
    """One batch: the whole file. Each numeric column is a series named by its heading.

    `time` names the time column; without it the first of timestamp, time, at, ds, datetime, date
    (in any case) is taken, else the first column that holds nothing but times. `only` names the
    columns to read. An empty cell is no sample; the text NaN is a sample that says nothing sensible.
    """

    path: Path
    time: str = ""
    only: tuple[str, ...] = ()
    labels: Labels = field(default_factory=dict)
    origin: Origin = Origin.RECORDED
    name: str = field(default="tabular", init=False)

    def collect(self) -> Iterator[Batch]:
        yield self.read().batch

    def read(self) -> Table:
        """Raises CollectorError, with file, column and row, for whatever cannot be a series."""
        table = read_table(self.path)
        time_name = columns.time_column(table, self.time, self.path)
        found = columns.times(table.column(time_name), time_name, self.path)
        names = self.only or tuple(name for name in table.column_names if name != time_name)
        if not names:
            raise CollectorError("no column beside the time", where=str(self.path))
        order, notes = _order(found.at)
        parts = []
        for name in names:
            if name not in table.column_names:
                raise CollectorError(f"no column {name!r}", where=str(self.path))
            value, present = columns.numbers(table.column(name), name, self.path)
            kept = order[present[order]]
            parts.append(Batch.of_series(self._key(name), found.at[kept], value[kept]))
        return Table(Batch.concat(parts), time_name, (*found.notes, *notes))

    def _key(self, column: str) -> SeriesKey:
        labels = {"file.name": self.path.name, **self.labels}
        if find(column):
            return key_of(column, labels, self.origin)
        return SeriesKey.of(column, {**labels, ORIGIN_LABEL: self.origin.value})


def _order(at: NDArray[np.int64]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """The rows in order of time, of equal times only the last; and what was done to get there."""
    order = np.argsort(at, kind="stable")
    in_time = at[order]
    last = np.append(in_time[1:] != in_time[:-1], [True]).astype(bool)
    notes = []
    if np.any(np.diff(at) < 0):
        notes.append("The rows were not in order of time and were sorted.")
    repeated = int(np.count_nonzero(~last))
    if repeated:
        notes.append(f"{repeated} rows repeat the time of a later row and were left out.")
    return order[last], tuple(notes)
