"""Lines of CSV and JSON as records: what each field says, by name."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.files.content import Content
from collectors.files.place import FileError
from collectors.files.refusals import Refusals

Record = dict[str, object]

MAX_HEADING = 1024 * 1024
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Rows:
    """Record i stood on line `line[i]`, in Parquet in row `line[i]`; both count from 1."""

    records: list[Record]
    line: list[int]

    def __len__(self) -> int:
        return len(self.records)


Reader = Callable[[int, Sequence[bytes], Refusals], Rows]
"""Records from lines and the number of the first of them."""


def json_rows(first: int, lines: Sequence[bytes], refusals: Refusals) -> Rows:
    """A line is an object."""
    rows = Rows([], [])
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        try:
            found = json.loads(line.decode().lstrip(_BOM))
        except UnicodeDecodeError:
            refusals.add("not UTF-8 text", number)
            continue
        except (ValueError, RecursionError) as error:
            refusals.add("not JSON", number, str(error))
            continue
        if not isinstance(found, dict):
            refusals.add("not a JSON object", number, type(found).__name__)
            continue
        rows.records.append(found)
        rows.line.append(number)
    return rows


def flat(rows: Rows) -> Rows:
    """Fields of objects within a record are named with a dot: {"gpu": {"temp": 1}} gives gpu.temp."""
    return Rows([_flat(record) for record in rows.records], rows.line)


def csv_rows(heading: Sequence[str], delimiter: str, *, headed: bool) -> Reader:
    """A line is a row: a cell that spans lines is refused, or where one ends would be a guess."""

    def read(first: int, lines: Sequence[bytes], refusals: Refusals) -> Rows:
        rows = Rows([], [])
        for number, line in enumerate(lines, start=first):
            if (headed and number == 1) or not line.strip():
                continue
            cells = _cells(line, delimiter, number, refusals)
            if cells is None:
                continue
            if len(cells) != len(heading):
                refusals.add("another number of cells than headings", number, str(len(cells)))
                continue
            rows.records.append(dict(zip(heading, cells, strict=True)))
            rows.line.append(number)
        return rows

    return read


def csv_heading(content: Content, delimiter: str, path: str) -> tuple[str, ...] | None:
    """The first line's cells, None while that line has no end. Raises FileError for what is no heading."""
    line, end, _ = content.at(0, MAX_HEADING).partition(b"\n")
    if not end:
        if len(line) == MAX_HEADING:
            raise FileError("has no line of headings", where=path)
        return None
    refusals = Refusals()
    cells = _cells(line, delimiter, 1, refusals)
    if cells is None:
        raise FileError("its headings cannot be read", where=path, why=refusals.first)
    names = tuple(cell.strip() for cell in cells)
    if len(set(names)) < len(names):
        raise FileError("two columns have one name", where=path)
    return names


def _flat(record: Record) -> Record:
    while dict in map(type, record.values()):
        parts = [
            {f"{name}.{inner}": said for inner, said in value.items()}
            if isinstance(value, dict)
            else {name: value}
            for name, value in record.items()
        ]
        record = {name: value for part in parts for name, value in part.items()}
    return record


def _cells(line: bytes, delimiter: str, number: int, refusals: Refusals) -> list[str] | None:
    try:
        text = line.decode().removesuffix("\r")
    except UnicodeDecodeError:
        refusals.add("not UTF-8 text", number)
        return None
    if number == 1:
        text = text.lstrip(_BOM)
    if text.count('"') % 2:
        refusals.add("a cell that spans lines", number, text)
        return None
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as error:
        refusals.add("not CSV", number, str(error))
        return None
