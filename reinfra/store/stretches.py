"""What is so from one instant until another: rows that stay open while a source repeats the same value."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, text, update

from reinfra.model import Subject

_CHUNK = 500  # rows named in one statement
MOST_OPEN = 50_000  # rows of one source
MOST_CLOSED = 100_000  # rows of a table
SUBJECT_SIZE = 1_000
_CUT = "…"


Key = tuple[str, str]
"""The subject as its column has it, and the name of what is said of it."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """A table of stretches: `value` of each (subject, `name`) of a source. `also` may change within one."""

    table: Table
    name: str
    value: str
    also: tuple[str, ...] = ()

    def note(
        self, connection: Connection, source: str, given: Mapping[Key, tuple[str, ...]], at: int
    ) -> int:
        """Write what the source says at `at`: `value` and `also` of each key. Returns how many found no room.

        What the source does not say stays open as it is.
        """
        there = self.open(connection, source)
        changed = [key for key in given if key in there and there[key][self.value] != given[key][0]]
        same = [key for key in given if key in there and there[key][self.value] == given[key][0]]
        self._set(connection, [there[key]["id"] for key in changed], until=at)
        self._set(connection, [there[key]["id"] for key in same], seen=at)
        for key in same:
            row = dict(zip(self.also, given[key][1:], strict=True))
            if any(there[key][name] != text for name, text in row.items()):
                self._set(connection, [there[key]["id"]], **row)
        new = [key for key in given if key not in there]
        room = max(MOST_OPEN - len(there), 0)
        stamps = {"source": source, "since": at, "seen": at, "until": None}
        rows = [self._row(key, given[key]) | stamps for key in [*changed, *new[:room]]]
        if rows:
            connection.execute(insert(self.table), rows)
        return len(new) - len(new[:room])

    def end(
        self, connection: Connection, source: str, keys: Iterable[Key], *, seen: int, at: int
    ) -> None:
        """Close these, which the source said for the last time at `seen`."""
        there = self.open(connection, source)
        ids = [there[key]["id"] for key in keys if key in there]
        self._set(connection, ids, seen=seen, until=at)

    def open(self, connection: Connection, source: str) -> dict[Key, RowMapping]:
        """The rows that are open, for this transaction alone to change."""
        lock(connection, source)
        table = self.table.c
        query = select(self.table).where(table.source == source, table.until.is_(None))
        rows = connection.execute(query).mappings()
        return {(row["subject"], row[self.name]): row for row in rows}

    def said(self, connection: Connection, source: str) -> dict[Key, tuple[tuple[str, ...], int]]:
        """`value` and `also` of what is open, and when that was last written."""
        names = (self.value, *self.also)
        there = self.open(connection, source)
        return {key: (tuple(row[n] for n in names), row["seen"]) for key, row in there.items()}

    def expire(self, connection: Connection, before: int) -> int:
        """Delete what ended before that or was not said since, and of what ended the oldest if it is too much."""
        table = self.table.c
        closed = table.until.is_not(None)
        latest = (
            select(table.id).where(closed).order_by(table.id.desc()).offset(MOST_CLOSED).limit(1)
        )
        least = connection.execute(latest).scalar()
        these = (table.until < before) | (table.seen < before) & ~closed
        if least is not None:
            these |= closed & (table.id <= least)
        return connection.execute(delete(self.table).where(these)).rowcount

    def _set(self, connection: Connection, ids: list[int], **values: int | str) -> None:
        for start in range(0, len(ids), _CHUNK):
            these = self.table.c.id.in_(ids[start : start + _CHUNK])
            connection.execute(update(self.table).where(these).values(values))

    def _row(self, key: Key, words: tuple[str, ...]) -> dict[str, Any]:
        names = ("subject", self.name, self.value, *self.also)
        return dict(zip(names, (*key, *words), strict=True))


def lock(connection: Connection, source: str) -> None:
    """One transaction at a time says what a source says; on SQLite every writer is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"source": source})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('reinfra.ledger'), hashtext(:source))")


def clipped(given: str, most: int) -> str:
    """`given` as both databases can keep it: valid, without NUL, and at most `most` characters."""
    clean = given.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= most else clean[: most - 1] + _CUT


@lru_cache(maxsize=100_000)
def written(subject: Subject) -> str | None:
    """The subject as a column; None where it is too large to be one."""
    pairs = {clipped(name, SUBJECT_SIZE): clipped(value, SUBJECT_SIZE) for name, value in subject}
    column = json.dumps(pairs, sort_keys=True, ensure_ascii=False)
    return column if len(column) <= SUBJECT_SIZE else None


def parsed(column: str) -> Subject:
    return tuple(sorted(json.loads(column).items()))
