"""Rows of a Parquet file, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from collectors.files.content import Content, Ranged
from collectors.files.marks import Mark
from collectors.files.place import Entry, FileError
from collectors.files.rows import Rows

ROWS = 20_000
"""Rows made into records at once."""

MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class ParquetPage:
    rows: Rows
    mark: Mark


def parquet_pages(content: Content, entry: Entry, mark: Mark) -> Iterator[ParquetPage]:
    """The rows from `mark.offset` on. Times become text as a CSV file would hold it, with their zone.

    Raises FileError for a file that is not whole: Parquet is readable only from its end.
    """
    row = 0
    try:
        with pa.parquet.ParquetFile(Ranged(content, entry.size)) as file:
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                if row + size > mark.offset:
                    for page in _group_pages(file, group, row, mark):
                        mark = page.mark
                        yield page
                row += size
    except (pa.ArrowException, OSError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise FileError("cannot be read as Parquet", where=entry.path, why=why) from error


def _group_pages(
    file: pa.parquet.ParquetFile, group: int, row: int, mark: Mark
) -> Iterator[ParquetPage]:
    for batch in file.iter_batches(ROWS, row_groups=[group]):
        start, row = row, row + batch.num_rows
        if row <= mark.offset:
            continue
        fresh = batch.slice(max(mark.offset - start, 0))
        mark = replace(mark, offset=row, line=row)
        lines = list(range(row - fresh.num_rows + 1, row + 1))
        yield ParquetPage(Rows(_plain(fresh).to_pylist(), lines), mark)


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Times as text: Python's own lose nanoseconds, and raise before the year 1."""
    columns = [
        column.cast(pa.string())
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
