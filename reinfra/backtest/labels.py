"""When people say that something was wrong, from a CSV: series (or selector), since, until."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reinfra.errors import InputError
from reinfra.store import Selector

_MOST_BYTES = 50_000_000
_NAMES = ("series", "selector")
_TODO = (
    "Columns: series (or selector), since, until; times as 2026-11-20T15:00Z or in milliseconds."
)


@dataclass(frozen=True, slots=True)
class Label:
    """Something was wrong with these series from `since` to `until` (ms), both included."""

    selector: Selector
    since: int
    until: int


def read_labels(path: Path) -> tuple[Label, ...]:
    """Raises InputError naming file and line."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError("too large for labels", where=str(path), todo="At most 50 MB.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(_labels(csv.DictReader(file, strict=True), path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            "unreadable labels", where=str(path), why=str(error), todo=_TODO
        ) from error


def _labels(rows: "csv.DictReader[str]", path: Path) -> Iterator[Label]:
    names = {name.strip(): name for name in rows.fieldnames or ()}
    which = next((name for name in _NAMES if name in names), None)
    if which is None or not {"since", "until"} <= names.keys():
        raise InputError("labels without their columns", where=str(path), todo=_TODO)
    for row in rows:
        where = f"{path}:{rows.line_num}"
        since, until = (_instant(row, names[name], where) for name in ("since", "until"))
        if until < since:
            raise InputError("a label ends before it begins", where=where)
        yield Label(Selector.parse(row[names[which]] or ""), since, until)


def _instant(row: Mapping[str, str | None], name: str, where: str) -> int:
    text = (row[name] or "").strip()
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text[:40]!r} is no time", where=where, todo=_TODO) from error
    aware = given if given.tzinfo else given.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)
