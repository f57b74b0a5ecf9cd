"""What the samples of a step come to, series by series: the matrices that rollups are made of."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reinfra.store.base import Rule
from reinfra.store.codec import DamagedError, checksum, pack, unpack
from reinfra.store.columns import BLOCK, Columns
from reinfra.store.grid import reduce

COLUMNS = ("count", "total", "low", "high", "last")


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Per series and step: how many numbers, their sum, extremes and last; NaN where there is none.

    A counter's or bucket's numbers are its increases, so that `total` is the increase over the step.
    """

    ids: NDArray[np.int64]
    count: NDArray[np.int64]
    total: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    last: NDArray[np.float64]

    def over(self, old: "Sums") -> "Sums":
        """These, and of the old ones the series that are not here and the steps that held more samples.

        What has expired is known by its old sums alone: a late sample must not replace them.
        """
        _, mine, theirs = np.intersect1d(self.ids, old.ids, return_indices=True)
        fuller = old.count[theirs] > self.count[mine]
        rest = ~np.isin(old.ids, self.ids)
        ids = np.concatenate([self.ids, old.ids[rest]])
        order = np.argsort(ids)
        columns = []
        for name in COLUMNS:
            column, before = getattr(self, name).copy(), getattr(old, name)
            column[mine] = np.where(fuller, before[theirs], column[mine])
            columns.append(np.concatenate([column, before[rest]])[order])
        return Sums(ids[order], *columns)


def sums(ids: NDArray[np.int64], samples: Columns, since: int, steps: int, step: int) -> Sums:
    """Those of `counted` samples from `since` on, in so many steps; `samples.ids` are places in `ids`."""
    if (absent := np.isnan(samples.value)).any():
        samples = samples.take(~absent)
    cell = samples.ids * steps + (samples.at - since) // step
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    shape = (ids.size, steps)
    count = np.zeros(shape, np.int64)
    count.reshape(-1)[cell[starts]] = np.diff(starts, append=cell.size)
    parts = []
    for rule in (Rule.SUM, Rule.MIN, Rule.MAX, Rule.LAST):
        out = np.full(shape, np.nan)
        if starts.size:
            out.reshape(-1)[cell[starts]] = reduce(samples.value, starts, rule)
        parts.append(out)
    return Sums(ids, count, *parts)


def row_of(one: Sums, block: int, group: int, step: int) -> dict[str, Any]:
    """The row of the rollup table."""
    blobs = {"series_ids": one.ids.astype("<i4").tobytes()}
    blobs |= {name: pack(getattr(one, name).reshape(-1)) for name in COLUMNS}
    name = {"block": block, "group_id": group, "step": step}
    return name | blobs | {"crc": checksum(*blobs.values())}


def sums_of(row: Any) -> Sums:  # noqa: ANN401 - a database row
    """One row decoded. Raises DamagedError."""
    if checksum(row.series_ids, *(getattr(row, name) for name in COLUMNS)) != row.crc:
        raise DamagedError("a rollup's checksum is wrong")
    ids = np.frombuffer(row.series_ids, "<i4").astype(np.int64)
    shape = (ids.size, BLOCK // row.step)
    count = unpack(row.count, ids.size * shape[1], np.int64).reshape(shape)
    rest = [
        unpack(getattr(row, name), ids.size * shape[1], np.float64).reshape(shape)
        for name in COLUMNS[1:]
    ]
    return Sums(ids, count, *rest)
