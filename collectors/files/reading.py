"""One file from its mark on: pages of records, however the file writes them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from collectors.files.lines import PAGE, pages
from collectors.files.marks import Mark
from collectors.files.news import News
from collectors.files.parquet import MAGIC, parquet_pages
from collectors.files.place import FileError
from collectors.files.refusals import Refusals
from collectors.files.rows import Reader, Record, Rows, csv_heading, csv_rows, json_rows
from reinfra.config.sources.files import FilesSource

MAX_DOCUMENT = 64 * 1024 * 1024
"""The largest JSON document: unlike lines it can only be read whole."""

_JSON_LINES = frozenset({"json", "jsonl", "ndjson"})


@dataclass(frozen=True, slots=True)
class Part:
    """Records, and the mark after them. `refusals` are those of this part alone."""

    rows: Rows
    mark: Mark
    refusals: Refusals


def parts(found: News, settings: FilesSource, *, settled: bool, size: int = PAGE) -> Iterator[Part]:
    """Raises FileError. The last mark is `done` if nothing of this version is left to read."""
    if found.content is None:
        return
    if _kind(found, settings) == "parquet":
        for page in parquet_pages(found.content, found.entry, found.mark):
            yield Part(page.rows, page.mark, Refusals())
        return
    reader = _reader(found, settings)
    if reader is None:
        return
    for lines in pages(found.content, found.mark, settled=settled, size=size):
        refusals = Refusals()
        if lines.refused:
            refusals.add(lines.refused, lines.first)
        rows = reader(lines.first, lines.lines, refusals)
        yield Part(rows, lines.mark, refusals)


def document(found: News) -> Record:
    """A whole JSON file. Raises FileError for what is none, or none yet."""
    if found.content is None:
        return {}
    text = found.content.at(0, MAX_DOCUMENT + 1)
    where = found.entry.path
    if len(text) > MAX_DOCUMENT:
        raise FileError(f"is larger than {MAX_DOCUMENT:,} bytes", where=where)
    refusals = Refusals()
    rows = json_rows(1, [text], refusals)
    if not rows.records:
        raise FileError("is no JSON object", where=where, why=refusals.first)
    return rows.records[0]


def finished(found: News, settings: FilesSource, mark: Mark) -> Mark:
    """The mark at the end of a reading: done unless a half line is left. Raises FileError."""
    left = False
    if found.content is not None and _kind(found, settings) != "parquet":
        left = bool(found.content.at(mark.offset, 1))
    return replace(mark, version=found.entry.version, done=not left)


def _kind(found: News, settings: FilesSource) -> str:
    if found.content is not None and found.content.at(0, len(MAGIC)) == MAGIC:
        return "parquet"
    if settings.format != "auto":
        return settings.format
    ending = found.entry.path.lower().removesuffix(".gz").rpartition(".")[2]
    return "jsonl" if ending in _JSON_LINES else "csv"


def _reader(found: News, settings: FilesSource) -> Reader | None:
    """What makes records of lines; None while a CSV file has no line of headings yet."""
    if _kind(found, settings) == "jsonl":
        return json_rows
    if settings.columns:
        return csv_rows(settings.columns, settings.delimiter, headed=False)
    if found.content is None:
        return None
    heading = csv_heading(found.content, settings.delimiter, found.entry.path)
    return csv_rows(heading, settings.delimiter, headed=True) if heading else None
