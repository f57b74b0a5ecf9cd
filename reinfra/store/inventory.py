"""What subjects are and run, since when, and what changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from reinfra.model import Fact, Subject
from reinfra.store.ledger_tables import fact
from reinfra.store.stretches import Key, Stretches, clipped, parsed, written

_NAME = 200
_VALUE = 500

FACTS = Stretches(fact, "name", "value")


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact as a source has said it from `since` to `seen`, to the hour."""

    source: str
    subject: Subject
    name: str
    value: str
    since: int
    seen: int

    @property
    def fact(self) -> Fact:
        return Fact(self.subject, self.name, self.value)


@dataclass(frozen=True, slots=True)
class Changed:
    """At `at` the source first said `after` where it had said `before`."""

    at: int
    source: str
    subject: Subject
    name: str
    before: str
    after: str


def readable(given: Iterable[Fact]) -> tuple[dict[Key, tuple[str, ...]], int]:
    """Values as they are kept, several of one name as one, and how many have too large a subject for that."""
    values: dict[Key, set[str]] = defaultdict(set)
    unnamed = 0
    for one in given:
        subject = written(one.subject)
        if subject is None:
            unnamed += 1
        else:
            values[subject, clipped(one.name, _NAME)].add(one.value)
    found: dict[Key, tuple[str, ...]] = {
        key: (clipped(", ".join(sorted(some)), _VALUE),) for key, some in values.items()
    }
    return found, unnamed


def current(connection: Connection) -> list[StoredFact]:
    """What every subject is and runs now, as far as anybody said, by subject and name."""
    table = fact.c
    query = select(fact).where(table.until.is_(None)).order_by(table.subject, table.name, table.id)
    return [
        StoredFact(row.source, parsed(row.subject), row.name, row.value, row.since, row.seen)
        for row in connection.execute(query)
    ]


def changes(connection: Connection, since: int, until: int, limit: int = 1_000) -> list[Changed]:
    """The latest changes in [since, until), the newest first. A value seen for the first time is none."""
    old, new = aliased(fact), aliased(fact)
    same = (
        (old.c.source == new.c.source)
        & (old.c.subject == new.c.subject)
        & (old.c.name == new.c.name)
        & (old.c.until == new.c.since)
    )
    query = (
        select(new, old.c.value.label("before"))
        .join(old, same)
        .where(new.c.since >= since, new.c.since < until, old.c.id < new.c.id)
        .order_by(new.c.since.desc(), new.c.id.desc())
        .limit(limit)
    )
    return [_changed(row) for row in connection.execute(query)]


def near(found: Iterable[Changed], about: Iterable[Subject]) -> list[Changed]:
    """Those of the changes that concern what has any of these labels: they share one, and none says otherwise."""
    wanted = [dict(labels) for labels in dict.fromkeys(about)]
    return [one for one in found if any(_concerns(one.subject, labels) for labels in wanted)]


def _concerns(subject: Subject, labels: dict[str, str]) -> bool:
    shared = [name for name, _ in subject if name in labels]
    return bool(shared) and all(labels.get(name, value) == value for name, value in subject)


def _changed(row: Any) -> Changed:  # noqa: ANN401 - a row of a join
    return Changed(row.since, row.source, parsed(row.subject), row.name, row.before, row.value)
