"""Incidents in the order in which they deserve a look, and everything that is known of one."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.window import Window
from reinfra.alerts.rules import scope as scope_of
from reinfra.alerts.why import Trail, trail
from reinfra.model import Anomaly, IncidentState
from reinfra.store import Store, incidents
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import StoredIncident
from reinfra.store.notice import excess


@dataclass(frozen=True, slots=True)
class Ranked:
    """An incident with how many times its threshold the worst of its scores reached.

    `places` are its own scope and those of its anomalies: the hosts of a job are places of the job's incident.
    """

    incident: StoredIncident
    excess: float
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case(Trail):
    """One incident, whole. `anomalies` are by onset: what began first is the likeliest root."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it fired, the strongest reason first, each said once."""
        strongest = sorted(self.anomalies, key=lambda one: -excess(one.found))
        return tuple(dict.fromkeys(one.found.reason for one in strongest if one.found.reason))

    def of_series(self, series_id: int) -> tuple[Anomaly, ...]:
        return tuple(one.found for one in self.anomalies if one.series_id == series_id)

    @property
    def roots(self) -> tuple[StoredAnomaly, ...]:
        """Each series' first anomaly, by onset."""
        first: dict[int, StoredAnomaly] = {}
        for one in self.anomalies:
            first.setdefault(one.series_id, one)
        return tuple(first.values())


def ranked(
    store: Store, window: Window, found: Sequence[StoredAnomaly], scopes: Sequence[str] = ()
) -> list[Ranked]:
    """Unresolved ones and those of the window, in any of `scopes` (none: in all).

    First the unresolved, then by severity, by score over threshold, and the latest first.
    """
    with store.reading() as connection:
        there = incidents.touching(connection, window.since)
    of: dict[int, list[StoredAnomaly]] = {}
    for one in found:
        if one.incident_id is not None:
            of.setdefault(one.incident_id, []).append(one)
    every = [_ranked(one, of.get(one.id, ())) for one in there]
    return sorted((one for one in every if not scopes or one.places & set(scopes)), key=_rank)


def case(store: Store, incident_id: int) -> Case:
    """Raises InputError where there is no such incident."""
    found = trail(store, incident_id)
    return Case(**{each.name: getattr(found, each.name) for each in fields(found)})


def active(there: Sequence[Ranked], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many incidents were under way in each bucket [edges[j], edges[j + 1])."""
    since = np.array([one.incident.since for one in there], np.int64)[:, None]
    until = np.array([one.incident.until for one in there], np.int64)[:, None]
    under_way: NDArray[np.bool_] = (since < edges[1:]) & (until >= edges[:-1])
    return np.asarray(under_way.sum(axis=0), np.int64)


def at(there: Sequence[Ranked], scope: str, since: int, until: int) -> StoredIncident | None:
    """The first ranked incident of a place under way in [since, until)."""
    under_way = (
        one.incident
        for one in there
        if scope in one.places and one.incident.since < until and one.incident.until >= since
    )
    return next(under_way, None)


def _ranked(incident: StoredIncident, found: Sequence[StoredAnomaly]) -> Ranked:
    """A label names a host whose anomalies are older than those that were read."""
    host = dict(incident.labels).get("host.name")
    places = {incident.scope, *(scope_of(one.found.key) for one in found)}
    worst = max((excess(one.found) for one in found), default=0.0)
    return Ranked(incident, worst, frozenset(places | ({f"host {host}"} if host else set())))


def _rank(one: Ranked) -> tuple[bool, int, float, int]:
    resolved = one.incident.state is IncidentState.RESOLVED
    return resolved, -one.incident.severity.rank, -one.excess, -one.incident.since
