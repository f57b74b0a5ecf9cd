"""Scores to a file: whole, or what was there before."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from reinfra.model import InputError


def write_table(table: pa.Table, path: Path) -> None:
    """As Parquet where the name says so, else as CSV. Raises InputError where it cannot be written."""
    write = _parquet if path.suffix.lower() in {".parquet", ".pq"} else _csv
    try:
        if path.exists() and not path.is_file():  # a pipe or /dev/stdout cannot be replaced
            write(table, path)
            return
        whole = path.resolve()
        part = whole.with_name(f".{whole.name}.{os.getpid()}")
        try:
            part.touch(exist_ok=False)
            write(table, part)
            part.replace(whole)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError("cannot be written", where=str(path), why=why) from error


def _parquet(table: pa.Table, path: Path) -> None:
    pa.parquet.write_table(table, path)


def _csv(table: pa.Table, path: Path) -> None:
    """NaN is an empty field; a time has a zone and no more digits than it needs."""
    plain = [_plain(table.column(name)) for name in table.column_names]
    with path.open("wb") as file:
        pa.csv.write_csv(pa.table(plain, table.column_names), file)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        array = column.to_numpy()
        return pa.chunked_array([pa.array(array, from_pandas=True)])
    return column
