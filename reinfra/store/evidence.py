"""What an alert can prove: what was seen and expected, what moved first, what changed nearby."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from reinfra.model import HOUR, Anomaly, Incident
from reinfra.store import inventory
from reinfra.store.ledger_tables import fact
from reinfra.store.ranking import excess, worst
from reinfra.store.stretches import parsed, written

_BEFORE = 6 * HOUR
_FIRST = 3
_HOSTS = 50
_HOST, _TYPE = "host.name", "host.type"


@dataclass(frozen=True, slots=True)
class Seen:
    """One strange series at its worst, in its base unit; None where there is no value or no bound."""

    series: str
    metric: str
    unit: str
    since: int
    value: float | None
    low: float | None
    high: float | None
    reason: str

    @classmethod
    def of(cls, found: Anomaly) -> "Seen":
        key = found.key
        numbers = (found.value, found.expected_low, found.expected_high)
        value, low, high = (one if math.isfinite(one) else None for one in numbers)
        return cls(
            str(key), key.metric, key.unit, found.since, value, low, high, found.reason.strip()
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What was said of `subject` became something else at `at`, near the beginning of an incident."""

    at: int
    subject: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """`first` are the series that moved first. `hosts` are names with instance types ("" where nobody said)."""

    worst: Seen | None = None
    first: tuple[Seen, ...] = ()
    change: Change | None = None
    hosts: tuple[tuple[str, str], ...] = ()
    host_count: int = 0


NOTHING = Evidence()


def gather(connection: Connection, incident: Incident, found: Sequence[Anomaly]) -> Evidence:
    """The evidence there is for an incident, from its anomalies and from the ledger of facts."""
    if not found:
        return NOTHING
    names = sorted({name for one in found if (name := one.key.label(_HOST))})
    return Evidence(
        worst=Seen.of(worst(found)),
        first=tuple(Seen.of(one) for one in _first(found)),
        change=_nearest(connection, incident, found),
        hosts=_with_types(connection, names[:_HOSTS]),
        host_count=len(names),
    )


def _first(found: Iterable[Anomaly]) -> list[Anomaly]:
    """The first anomaly of each series, the earliest first; of those at once, the strangest."""
    first: dict[str, Anomaly] = {}
    for one in sorted(found, key=lambda one: (one.since, -excess(one), str(one.key))):
        first.setdefault(str(one.key), one)
    return list(first.values())[:_FIRST]


def _nearest(connection: Connection, incident: Incident, found: Iterable[Anomaly]) -> Change | None:
    """The change of what the incident is about that lies nearest to its beginning, before it if two do."""
    changed = inventory.changes(connection, incident.since - _BEFORE, incident.until + 1)
    near = inventory.near(changed, (one.key.labels for one in found)) if changed else []
    if not near:
        return None
    one = min(near, key=lambda one: (abs(one.at - incident.since), one.at, one.name))
    about = ", ".join(value for _, value in one.subject)
    return Change(one.at, about, one.name, one.before, one.after)


def _with_types(connection: Connection, names: list[str]) -> tuple[tuple[str, str], ...]:
    if not names:
        return ()
    wanted = [written(((_HOST, name),)) or "" for name in names]
    inside = [fact.c.subject.contains(one.strip("{}"), autoescape=True) for one in wanted]
    query = select(fact.c.subject, fact.c.value).where(fact.c.name == _TYPE, or_(*inside))
    rows = connection.execute(query.where(fact.c.until.is_(None)).order_by(fact.c.id))
    types = {dict(parsed(row.subject)).get(_HOST, ""): row.value for row in rows}
    return tuple((name, types.get(name, "")) for name in names)
