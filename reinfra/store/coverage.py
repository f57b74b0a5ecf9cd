"""How sources are doing, and what they say they cannot give."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from reinfra.model import Absence, Coverage, Subject
from reinfra.store.ledger_tables import absence, refusal, source_state
from reinfra.store.stretches import Key, Stretches, clipped, lock, parsed, written
from reinfra.store.upsert import insert_new

_REASON = 500
_NAME = 200
_MOST_REASONS = 100  # of refusing, for one source
OTHER = "other reasons"

ABSENCES = Stretches(absence, "signal", "state", ("reason",))


class SourceHealth(enum.StrEnum):
    """Whether a source could be read the last time that it was tried."""

    ANSWERING = "answering"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """`since` is when it got into this state, `answered_at` its last answer, None where it never gave one."""

    source: str
    health: SourceHealth
    since: int
    seen: int
    answered_at: int | None
    error: str


@dataclass(frozen=True, slots=True)
class StoredAbsence:
    """An absence as a source has said it from `since` to `seen` at least."""

    source: str
    subject: Subject
    signal: str
    state: Coverage
    reason: str
    since: int
    seen: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Samples, or other things, that a source gave and that were not taken."""

    source: str
    reason: str
    count: int
    since: int
    seen: int


def readable(given: Iterable[Absence]) -> tuple[dict[Key, tuple[str, ...]], int]:
    """State and reason of each as they are kept, and how many have a subject that is too large for that."""
    found: dict[Key, tuple[str, ...]] = {}
    unnamed = 0
    for one in given:
        subject = written(one.subject)
        if subject is None:
            unnamed += 1
        else:
            words = str(one.state), clipped(one.reason, _REASON)
            found[subject, clipped(one.signal, _NAME)] = words
    return found, unnamed


def note_refused(connection: Connection, source: str, counts: dict[str, int], at: int) -> None:
    """Add to the counts; beyond a hundred reasons of a source they are one."""
    if not counts:
        return
    lock(connection, source)
    table = refusal.c
    query = select(table.reason).where(table.source == source)
    known = set(connection.execute(query).scalars())
    for given, count in counts.items():
        reason = clipped(given, _NAME)
        if reason not in known and len(known) >= _MOST_REASONS:
            reason = OTHER
        known.add(reason)
        fresh = {"source": source, "reason": reason, "count": count, "since": at, "seen": at}
        if not insert_new(connection, refusal, fresh):
            this = (table.source == source) & (table.reason == reason)
            more = update(refusal).where(this).values(count=table.count + count, seen=at)
            connection.execute(more)


def note_health(
    connection: Connection, source: str, health: SourceHealth, error: str, at: int
) -> None:
    """Keep the source's state, and since when it is so."""
    lock(connection, source)
    this = source_state.c.source == source
    was = connection.execute(select(source_state.c.state).where(this)).scalar()
    fresh = {"state": str(health), "seen": at, "error": clipped(error, _REASON)}
    if health is SourceHealth.ANSWERING:
        fresh["answered_at"] = at
    if was != health:
        fresh["since"] = at
    if was is None:
        connection.execute(insert(source_state).values(source=source, **fresh))
    else:
        connection.execute(update(source_state).where(this).values(fresh))


def status(connection: Connection, source: str) -> SourceStatus | None:
    """None for one that was never asked."""
    return next((one for one in statuses(connection, source)), None)


def statuses(connection: Connection, source: str | None = None) -> list[SourceStatus]:
    """Every source that was ever asked, or this one, by name."""
    query = select(source_state).order_by(source_state.c.source)
    if source is not None:
        query = query.where(source_state.c.source == source)
    return [
        SourceStatus(
            row.source, SourceHealth(row.state), row.since, row.seen, row.answered_at, row.error
        )
        for row in connection.execute(query)
    ]


def absences(connection: Connection) -> list[StoredAbsence]:
    """What is absent now, by source and in the order in which it was first said.

    It is said with every answer of its source, or it would have ended.
    """
    table = absence.c
    query = (
        select(absence, source_state.c.answered_at)
        .join(source_state, source_state.c.source == table.source, isouter=True)
        .where(table.until.is_(None))
        .order_by(table.source, table.id)
    )
    return [
        StoredAbsence(
            row.source,
            parsed(row.subject),
            row.signal,
            Coverage(row.state),
            row.reason,
            row.since,
            max(row.seen, row.answered_at or 0),
            row.until,
        )
        for row in connection.execute(query)
    ]


def refusals(connection: Connection) -> list[Refused]:
    """What was refused so far, by source and the most frequent reason first."""
    table = refusal.c
    query = select(refusal).order_by(table.source, table.count.desc(), table.reason)
    names = [column.name for column in table]
    return [Refused(*(row[name] for name in names)) for row in connection.execute(query).mappings()]
