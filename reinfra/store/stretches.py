"""What is so from one instant until another: rows that stay open while a source repeats the same value."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, text, update

from reinfra.model import Subject

_CHUNK = 500  # rows named in one statement
MOST_OPEN = 50_000  # rows of one source
MOST_CLOSED = 100_000  # rows of a table
SUBJECT_SIZE = 1_000
_CUT = "…"


@dataclass(frozen=True, slots=True)
class Stretches:
    """A table of stretches: `value` of each (subject, `name`) of a source. `also` may change within one."""

    table: Table
    name: str
    value: str
    also: tuple[str, ...] = ()

    def note(
        self, connection: Connection, source: str, rows: Iterable[dict[str, str]], at: int
    ) -> int:
        """Bring the open rows up to what the source says at `at`. Returns how many rows found no room.

        What the source does not say stays open as it is.
        """
        there = {self._key(row): row for row in self._open(connection, source)}
        given = {self._key(row): row for row in rows}
        old = {key: row for key, row in there.items() if key in given}
        changed = {key for key, row in old.items() if row[self.value] != given[key][self.value]}
        self._close(connection, [there[key]["id"] for key in changed], at)
        self._repeat(connection, [(old[key], given[key]) for key in old.keys() - changed], at)
        new = [given[key] for key in given if key not in old]
        room = max(MOST_OPEN - len(there), 0)
        opened = [*(given[key] for key in changed), *new[:room]]
        if opened:
            stamps = {"source": source, "since": at, "seen": at, "until": None}
            connection.execute(insert(self.table), [row | stamps for row in opened])
        return len(new) - len(new[:room])

    def end(self, connection: Connection, source: str, unseen_since: int, at: int) -> None:
        """Close what the source has not repeated since `unseen_since`."""
        table = self.table.c
        stale = (table.source == source) & table.until.is_(None) & (table.seen <= unseen_since)
        connection.execute(update(self.table).where(stale).values(until=at))

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

    def _open(self, connection: Connection, source: str) -> Sequence[RowMapping]:
        lock(connection, source)
        table = self.table.c
        query = select(self.table).where(table.source == source, table.until.is_(None))
        return connection.execute(query).mappings().all()

    def _key(self, row: RowMapping | dict[str, str]) -> tuple[str, str]:
        return row["subject"], row[self.name]

    def _close(self, connection: Connection, ids: list[int], at: int) -> None:
        for part in _parts(ids):
            closing = update(self.table).where(self.table.c.id.in_(part))
            connection.execute(closing.values(until=at))

    def _repeat(
        self, connection: Connection, pairs: list[tuple[RowMapping, dict[str, str]]], at: int
    ) -> None:
        for part in _parts([row["id"] for row, _ in pairs]):
            connection.execute(update(self.table).where(self.table.c.id.in_(part)).values(seen=at))
        for row, given in pairs:
            fresh = {one: given[one] for one in self.also if row[one] != given[one]}
            if fresh:
                connection.execute(
                    update(self.table).where(self.table.c.id == row["id"]).values(fresh)
                )


def lock(connection: Connection, source: str) -> None:
    """One transaction at a time says what a source says; on SQLite every writer is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"source": source})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('reinfra.ledger'), hashtext(:source))")


def clipped(given: str, most: int) -> str:
    """`given` as both databases can keep it: valid, without NUL, and at most `most` characters."""
    clean = given.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= most else clean[: most - 1] + _CUT


def written(subject: Subject) -> str | None:
    """The subject as a column; None where it is too large to be one."""
    pairs = {clipped(name, SUBJECT_SIZE): clipped(value, SUBJECT_SIZE) for name, value in subject}
    column = json.dumps(pairs, sort_keys=True, ensure_ascii=False)
    return column if len(column) <= SUBJECT_SIZE else None


def parsed(column: str) -> Subject:
    return tuple(sorted(json.loads(column).items()))


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
