"""Anomalies that belong together: of one scope and close in time, or of one job and begun together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reinfra.alerts.rules import Rules, common, scope, wider
from reinfra.model import IncidentState, SeriesKey
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import StoredIncident


@dataclass(frozen=True, slots=True)
class Cluster:
    """Anomalies that belong together, and the incidents that hold some of them already.

    `split_from` are incidents that hold some of them and go on with others.
    """

    scope: str
    origin: str
    anomalies: tuple[StoredAnomaly, ...]
    incidents: tuple[StoredIncident, ...] = ()
    split_from: tuple[StoredIncident, ...] = ()

    @property
    def since(self) -> int:
        return min(one.found.since for one in self.anomalies)

    @property
    def until(self) -> int:
        return max(one.found.until for one in self.anomalies)


def clusters(
    found: Iterable[StoredAnomaly], incidents: Iterable[StoredIncident], rules: Rules
) -> list[Cluster]:
    """The clusters, earliest first. A link once made by evidence stays, whatever comes later.

    What a resolved incident holds stays together: history is not rewritten. What an unresolved one holds
    and nothing links any more comes apart; the earliest part keeps the incident.
    """
    everything = list(found)
    joined = _Union(len(everything))
    _link_scopes(everything, joined, rules)
    _link_places(everything, joined, rules)
    known = {one.id: one for one in incidents}
    _link_history(everything, joined, known)
    parts = sorted((_sorted(part) for part in joined.parts(everything)), key=_order)
    return _claimed(parts, known, rules)


def _order(part: Sequence[StoredAnomaly]) -> tuple[int, str, str]:
    first = min(part, key=lambda one: (one.found.since, str(one.found.key)))
    return first.found.since, str(first.found.key), first.found.key.origin


def _sorted(part: list[StoredAnomaly]) -> list[StoredAnomaly]:
    return sorted(part, key=lambda one: one.id)


def _claimed(
    parts: list[list[StoredAnomaly]], known: dict[int, StoredIncident], rules: Rules
) -> list[Cluster]:
    """Each incident goes to the first part that has some of its anomalies."""
    taken: set[int] = set()
    made = []
    for part in parts:
        ids = {one.incident_id for one in part if one.incident_id in known}
        mine = sorted(id_ for id_ in ids if id_ is not None and id_ not in taken)
        apart = sorted(id_ for id_ in ids if id_ is not None and id_ in taken)
        taken.update(mine)
        keys = [one.found.key for one in sorted(part, key=lambda one: (one.found.since, one.id))]
        made.append(
            Cluster(
                common(keys, rules),
                keys[0].origin,
                tuple(part),
                tuple(known[id_] for id_ in mine),
                tuple(known[id_] for id_ in apart),
            )
        )
    return made


def _link_scopes(found: list[StoredAnomaly], joined: "_Union", rules: Rules) -> None:
    """Of one scope, no more than `reopen` apart."""
    rows = _by(found, lambda key: [scope(key)])
    for members in rows.values():
        until = found[members[0]].found.until
        for before, row in pairwise(members):
            if found[row].found.since - until <= rules.reopen:
                joined.link(before, row)
                until = max(until, found[row].found.until)
            else:
                until = found[row].found.until


def _link_places(found: list[StoredAnomaly], joined: "_Union", rules: Rules) -> None:
    """Of one job or service, begun within `together` of each other."""
    for members in _by(found, lambda key: wider(key, rules)).values():
        for before, row in pairwise(members):
            if found[row].found.since - found[before].found.since <= rules.together:
                joined.link(before, row)


def _link_history(
    found: list[StoredAnomaly], joined: "_Union", known: dict[int, StoredIncident]
) -> None:
    first: dict[int, int] = {}
    for row, one in enumerate(found):
        incident = known.get(one.incident_id or 0)
        if incident and incident.state is IncidentState.RESOLVED:
            joined.link(first.setdefault(incident.id, row), row)


def _by(
    found: list[StoredAnomaly], places: Callable[[SeriesKey], Iterable[str]]
) -> dict[tuple[str, str], list[int]]:
    """Rows by place and origin, earliest first."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in sorted(range(len(found)), key=lambda row: found[row].found.since):
        for name in places(found[row].found.key):
            rows[name, found[row].found.key.origin].append(row)
    return rows


class _Union:
    """Disjoint sets of rows (R. Tarjan, 1975), with path halving."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def link(self, one: int, other: int) -> None:
        self._parent[self._root(one)] = self._root(other)

    def parts(self, items: Sequence[StoredAnomaly]) -> list[list[StoredAnomaly]]:
        found: dict[int, list[StoredAnomaly]] = defaultdict(list)
        for row, item in enumerate(items):
            found[self._root(row)].append(item)
        return list(found.values())

    def _root(self, row: int) -> int:
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row
