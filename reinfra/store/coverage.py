"""How sources are doing, and what they say they cannot give."""

import enum
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from reinfra.model import Absence, Coverage, Subject
from reinfra.store.ledger_tables import absence, refusal, source_state
from reinfra.store.stretches import Stretches, clipped, lock, parsed, written
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


def note_absences(
    connection: Connection, source: str, given: tuple[Absence, ...], at: int
) -> dict[str, int]:
    """Keep what is absent. Returns what was refused, by reason."""
    rows, unnamed = [], 0
    for one in given:
        subject = written(one.subject)
        if subject is None:
            unnamed += 1
            continue
        words = {"signal": clipped(one.signal, _NAME), "state": str(one.state)}
        rows.append({"subject": subject, "reason": clipped(one.reason, _REASON), **words})
    crowded = ABSENCES.note(connection, source, rows, at) if rows else 0
    counts = {"absence of a subject with too long a name": unnamed, "too many absences": crowded}
    return {reason: count for reason, count in counts.items() if count}


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
    """Keep the source's state, since when, and end what a source that answers no longer says is absent."""
    lock(connection, source)
    table = source_state.c
    row = connection.execute(select(source_state).where(table.source == source)).first()
    answers = health is SourceHealth.ANSWERING
    fresh = {"state": str(health), "seen": at, "error": clipped(error, _REASON)}
    if answers:
        fresh["answered_at"] = at
    if row is None:
        insert_new(connection, source_state, {"source": source, "since": at, **fresh})
        return
    if answers and row.answered_at is not None:
        ABSENCES.end(connection, source, row.answered_at, at)
    if row.state != health:
        fresh["since"] = at
    connection.execute(update(source_state).where(table.source == source).values(fresh))


def statuses(connection: Connection) -> list[SourceStatus]:
    """Every source that was ever asked, by name."""
    query = select(source_state).order_by(source_state.c.source)
    return [
        SourceStatus(
            row.source, SourceHealth(row.state), row.since, row.seen, row.answered_at, row.error
        )
        for row in connection.execute(query)
    ]


def absences(connection: Connection) -> list[StoredAbsence]:
    """What is absent now, by source and in the order in which it was first said."""
    table = absence.c
    query = select(absence).where(table.until.is_(None)).order_by(table.source, table.id)
    return [
        StoredAbsence(
            row.source,
            parsed(row.subject),
            row.signal,
            Coverage(row.state),
            row.reason,
            row.since,
            row.seen,
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
