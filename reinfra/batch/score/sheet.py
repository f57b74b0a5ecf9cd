"""A CSV or Parquet file as rows of series: which column is what, and what its cells mean."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collectors import tabular_columns as columns
from collectors.base import CollectorError
from collectors.tabular_file import read_table
from detectors.base import Floats
from reinfra.model import MINUTE

SERIES_NAMES = ("series", "series_id", "unique_id", "item_id")
COUNT_NAMES = ("t", "step", "index")
LABEL_NAMES = ("label", "is_anomaly")
"""Columns that hold the answers: they are not looked at."""

_COUNTS_BELOW = 315_532_800
"""Smaller whole numbers are no seconds since 1970 after 1980: they count steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Rows in the file's order. Without a series column each value column is a series, one after the other.

    `series[row]` is a place in `names`, `at[row]` ms since 1970 UTC, or minutes from 0 on where the file
    counts steps (`counted`). `values[channel, row]` has a meaning where `present` is True. `time` is the
    file's own column, of which row `row % len(time)` is meant.
    """

    names: tuple[str, ...]
    channels: tuple[str, ...]
    series: NDArray[np.intp]
    at: NDArray[np.int64]
    values: Floats
    present: NDArray[np.bool_]
    time: pa.ChunkedArray
    counted: bool
    notes: tuple[str, ...]


def read_sheet(path: Path) -> Sheet:
    """Raises CollectorError, with file, column and row, for what cannot be a series."""
    table = read_table(path)
    series_name, time_name = _series_column(table), _time_column(table, path)
    at, counted, notes = _times(table.column(time_name), time_name, path)
    taken = {series_name, time_name}
    labels = [one for one in table.column_names if one.lower() in LABEL_NAMES]
    channels = tuple(one for one in table.column_names if one not in taken and one not in labels)
    if not channels:
        raise CollectorError("no column beside the time", where=str(path))
    cells = [columns.numbers(table.column(name), name, path) for name in channels]
    values, present = (np.stack(part) for part in zip(*cells, strict=True))
    notes += tuple(f"The column {name!r} holds answers and was not looked at." for name in labels)
    time = table.column(time_name)
    if series_name:
        names, series = _series(table.column(series_name), series_name, path)
        return Sheet(names, channels, series, at, values, present, time, counted, notes)
    of_column = np.repeat(np.arange(len(channels)), at.size)
    times = np.tile(at, len(channels))
    flat, there = values.reshape(1, -1), present.reshape(1, -1)
    return Sheet(channels, ("",), of_column, times, flat, there, time, counted, notes)


def _series_column(table: pa.Table) -> str:
    """The column that names each row's series, "" for none."""
    by_lower = {name.lower(): name for name in reversed(table.column_names)}
    return next((by_lower[usual] for usual in SERIES_NAMES if usual in by_lower), "")


def _time_column(table: pa.Table, path: Path) -> str:
    by_lower = {name.lower(): name for name in reversed(table.column_names)}
    named = next((by_lower[one] for one in columns.TIME_NAMES if one in by_lower), "")
    counts = next((by_lower[one] for one in COUNT_NAMES if one in by_lower), "")
    return named or counts or columns.time_column(table, "", path)


def _times(
    column: pa.ChunkedArray, name: str, path: Path
) -> tuple[NDArray[np.int64], bool, tuple[str, ...]]:
    if pa.types.is_integer(column.type) and not column.null_count:
        count = column.cast(pa.int64()).to_numpy()
        if np.abs(count).max() < _COUNTS_BELOW:
            note = (
                f"{name!r} counts steps; where a length of time matters, a step of 1 is a minute."
            )
            return count * MINUTE, True, (note,)
    found = columns.times(column, name, path)
    return found.at, False, found.notes


def _series(
    column: pa.ChunkedArray, name: str, path: Path
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    if column.null_count:
        row = int(np.argmax(column.is_null().to_numpy())) + 1
        raise CollectorError(f"row {row} names no series", where=f"{path}, column {name!r}")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.combine_chunks().dictionary_encode()
    names = tuple(str(one) for one in encoded.dictionary.to_pylist())
    return names, encoded.indices.to_numpy().astype(np.intp)
