"""Columns of recorded CSV tables, converted at once and not cell by cell."""

import csv
import io
import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from collectors.base import CollectorError


def read_columns(text: str, names: Sequence[str], where: str) -> list[tuple[str, ...]]:
    """The cells of the columns `names`, in that order. Raises CollectorError for what is no table."""
    header, *rows = csv.reader(io.StringIO(text)) if text.strip() else [[]]
    missing = [name for name in names if name not in header]
    if missing:
        raise CollectorError(f"no column {missing[0]!r}", where=where)
    if not rows:
        raise CollectorError("no rows", where=where)
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise CollectorError(f"line {line} has {len(row)} cells", where=where)
    columns = list(zip(*rows, strict=True))
    return [columns[header.index(name)] for name in names]


def numbers(cells: Sequence[str], where: str) -> NDArray[np.float64]:
    """Raises CollectorError, quoting the cell, for what is no number."""
    try:
        return np.array(cells, np.float64)
    except ValueError as error:
        raise CollectorError("not a number", where=where, why=str(error)) from error


def microseconds(cells: Sequence[str], where: str) -> NDArray[np.int64]:
    """Since 1970, from times without a zone, which are read as UTC; a seventh decimal is cut.

    Raises CollectorError, quoting the cell, for what is no time or names a zone.
    """
    try:
        with warnings.catch_warnings(action="error", category=UserWarning):
            found = np.array(cells, "datetime64[us]")
    except (ValueError, UserWarning) as error:
        raise CollectorError("not a time without a zone", where=where, why=str(error)) from error
    if np.isnat(found).any():
        raise CollectorError("a time is empty", where=where)
    return found.astype(np.int64)
