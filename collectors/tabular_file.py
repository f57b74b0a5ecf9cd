"""CSV and Parquet files as Arrow tables, within bounds."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from collectors.base import CollectorError
from collectors.local_file import read_bytes

MAX_BYTES = 1024 * 1024 * 1024
MAX_CELLS = 200_000_000
"""1.6 GB of numbers once in memory."""

_PARQUET_MAGIC = b"PAR1"


def read_table(path: Path) -> pa.Table:
    """The table, of at least one row. Raises CollectorError for a file that is none, or too large.

    Parquet is known by its content, everything else is read as CSV, gzip-compressed or
    plain. In CSV an empty cell is null; NaN is a number.
    """
    where = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise CollectorError(f"is larger than {MAX_BYTES:,} bytes", where=where)
        if size == 0:
            raise CollectorError("the file is empty", where=where)
        table = _parquet(path) if _is_parquet(path) else _csv(path)
        names = table.column_names
    except UnicodeDecodeError as error:
        raise CollectorError("a heading is not UTF-8 text", where=where, why=str(error)) from error
    except (OSError, pa.ArrowException) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CollectorError("cannot be read as CSV or Parquet", where=where, why=why) from error
    if table.num_rows == 0:
        raise CollectorError("there are no rows", where=where)
    if len(set(names)) < table.num_columns:
        raise CollectorError("two columns have one name", where=where)
    return table


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _PARQUET_MAGIC


def _parquet(path: Path) -> pa.Table:
    with pa.parquet.ParquetFile(path) as file:
        _check_cells(file.metadata.num_rows, file.metadata.num_columns, path)
        return file.read()


def _csv(path: Path) -> pa.Table:
    convert = pa.csv.ConvertOptions(
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        true_values=[],
        false_values=[],
    )
    content = pa.BufferReader(read_bytes(path, MAX_BYTES))
    table = pa.csv.read_csv(content, convert_options=convert)
    _check_cells(table.num_rows, table.num_columns, path)
    return table


def _check_cells(rows: int, columns: int, path: Path) -> None:
    if rows * columns > MAX_CELLS:
        raise CollectorError(f"has more than {MAX_CELLS:,} cells", where=str(path))
