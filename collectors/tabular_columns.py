"""Which column is the time, what times its cells mean, and which numbers the others hold."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collectors.base import CollectorError

TIME_NAMES = ("timestamp", "time", "at", "ds", "datetime", "date")
LOOKED_AT = 100
"""How many cells of an unnamed column are tried as times."""

_TODO = "Write times as 2026-11-20T15:00:00Z, or as seconds or milliseconds since 1970."
_ASSUMED_UTC = "Times without a zone were read as UTC."
_ZONE = re.compile(r"(?:[zZ]|[+-]\d\d(?::?\d\d)?)$")

_EARLIEST, _LATEST = 315_532_800_000, 4_102_444_800_000  # 1980 and 2100, in ms
_EPOCH_UNITS = (
    ("seconds", 1e3),
    ("milliseconds", 1.0),
    ("microseconds", 1e-3),
    ("nanoseconds", 1e-6),
)
"""No two of these put one number between 1980 and 2100: the unit follows from the size."""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds since 1970 UTC, one per row, and what was assumed to get them."""

    at: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def time_column(table: pa.Table, wanted: str, path: Path) -> str:
    """The name of the time column; see Tabular for how it is found."""
    names: list[str] = table.column_names
    if wanted:
        if wanted not in names:
            raise CollectorError(f"no column {wanted!r}", where=str(path))
        return wanted
    by_lower = {name.lower(): name for name in reversed(names)}
    for usual in TIME_NAMES:
        if usual in by_lower:
            return by_lower[usual]
    for name in names:
        if _looks_like_time(table.column(name)):
            return name
    why = f"the columns are {', '.join(names)[:200]}"
    raise CollectorError("there is no time column", where=str(path), why=why, todo=_TODO)


def times(column: pa.ChunkedArray, name: str, path: Path) -> Times:
    """Raises CollectorError naming the first row (1 is the first below the heading) that is no time."""
    where = f"{path}, column {name!r}"
    if column.null_count:
        row = int(np.argmax(column.is_null().to_numpy())) + 1
        raise CollectorError(f"row {row} has no time", where=where)
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        zoned = pa.types.is_timestamp(kind) and kind.tz is not None
        instants = column.cast(pa.timestamp("ms", kind.tz if zoned else None), safe=False)
        at = instants.cast(pa.int64()).to_numpy()
        return Times(at, () if zoned else (_ASSUMED_UTC,))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _epochs(column.to_numpy().astype(np.float64), where)
    if _is_text(kind):
        return _texts(column.to_pylist(), where)
    raise CollectorError(f"a column of {kind} is no time", where=where, todo=_TODO)


def numbers(
    column: pa.ChunkedArray, name: str, path: Path
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Each row's value, and whether there is one. An infinity is a NaN: nothing sensible was said."""
    kind = column.type
    present = ~column.is_null().to_numpy()
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan), present
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        row, cell = _first_that_is_no_number(column.to_pylist())
        where = f"{path}, column {name!r}"
        todo = "Drop the column, or name the ones to read."
        raise CollectorError(f"row {row} is not a number: {cell[:40]!r}", where=where, todo=todo)
    value = column.cast(pa.float64(), safe=False).to_numpy()
    return np.where(np.isfinite(value), value, np.nan), present


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _looks_like_time(column: pa.ChunkedArray) -> bool:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return True
    cells = column.drop_null().slice(0, LOOKED_AT)
    return (
        _is_text(column.type) and len(cells) > 0 and not np.isnat(_parsed(cells.to_pylist())).any()
    )


def _epochs(number: NDArray[np.float64], where: str) -> Times:
    """Numbers since 1970, in the one unit that puts the first of them between 1980 and 2100."""
    units = [unit for unit in _EPOCH_UNITS if _EARLIEST <= number[0] * unit[1] < _LATEST]
    unit, to_ms = units[0] if units else ("any unit", np.nan)
    at = number * to_ms
    outside = ~((at >= _EARLIEST) & (at < _LATEST))
    if outside.any():
        row = int(np.argmax(outside))
        what = f"row {row + 1} is not a time: {number[row]:.17g}"
        why = f"in {unit} since 1970 it lies outside 1980 to 2100"
        raise CollectorError(what, where=where, why=why, todo=_TODO)
    return Times(np.round(at).astype(np.int64), (f"Times were read as {unit} since 1970 UTC.",))


def _texts(cells: list[str], where: str) -> Times:
    found = _parsed(cells)
    wrong = np.isnat(found)
    if wrong.any():
        row = int(np.argmax(wrong))
        what = f"row {row + 1} is not a time: {cells[row][:40]!r}"
        raise CollectorError(what, where=where, todo=_TODO)
    zoned = all(_ZONE.search(cell.strip()) for cell in cells)
    at = found.astype("datetime64[ms]").astype(np.int64)
    return Times(at, () if zoned else (_ASSUMED_UTC,))


def _parsed(cells: list[str]) -> NDArray[np.datetime64]:
    """ISO 8601 only: of 01/02/2014 nobody knows which is the month."""
    import pandas as pd

    found = pd.to_datetime(pd.Series(cells), format="ISO8601", utc=True, errors="coerce")
    return found.dt.tz_localize(None).to_numpy()


def _first_that_is_no_number(cells: list[object]) -> tuple[int, str]:
    for row, cell in enumerate(cells, start=1):
        if cell is None:
            continue
        try:
            float(cell if isinstance(cell, str) else "")
        except ValueError:
            return row, str(cell)
    return next((row, str(cell)) for row, cell in enumerate(cells, start=1) if cell is not None)
