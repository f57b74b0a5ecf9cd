"""Anomalies of one scope that lie close together in time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from reinfra.alerts.rules import scope
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import StoredIncident


@dataclass(frozen=True, slots=True)
class Cluster:
    """Anomalies that belong together, and the incidents that hold some of them already."""

    scope: str
    origin: str
    anomalies: tuple[StoredAnomaly, ...]
    incidents: tuple[StoredIncident, ...] = ()

    @property
    def since(self) -> int:
        return min(one.found.since for one in self.anomalies)

    @property
    def until(self) -> int:
        return max(one.found.until for one in self.anomalies)


def clusters(
    found: Iterable[StoredAnomaly], incidents: Iterable[StoredIncident], pause: int
) -> list[Cluster]:
    """Clusters more than `pause` ms apart, or of different scopes; earliest first.

    What one incident holds already stays together, however far apart it lies.
    """
    of_scope = defaultdict(list)
    for item in _items(found, incidents):
        of_scope[item.scope, item.origin].append(item)
    merged = [cluster for items in of_scope.values() for cluster in _merged(items, pause)]
    return sorted(merged, key=lambda one: (one.since, one.scope, one.origin))


def _items(
    found: Iterable[StoredAnomaly], incidents: Iterable[StoredIncident]
) -> Iterable[Cluster]:
    """The smallest clusters: one anomaly, or all that one incident has."""
    held: dict[int, list[StoredAnomaly]] = defaultdict(list)
    for one in found:
        if one.incident_id is None:
            yield Cluster(scope(one.found.key), one.found.key.origin, (one,))
        else:
            held[one.incident_id].append(one)
    for incident in incidents:
        if incident.id in held:  # one that was merged into another holds none
            mine = tuple(held[incident.id])
            yield Cluster(incident.scope, incident.origin, mine, (incident,))


def _merged(items: list[Cluster], pause: int) -> Iterable[Cluster]:
    together: list[Cluster] = []
    until = 0
    for item in sorted(items, key=lambda one: one.since):
        if together and item.since - until > pause:
            yield _union(together)
            together, until = [], item.until
        together.append(item)
        until = max(until, item.until) if len(together) > 1 else item.until
    yield _union(together)


def _union(items: list[Cluster]) -> Cluster:
    return Cluster(
        items[0].scope,
        items[0].origin,
        tuple(sorted((one for item in items for one in item.anomalies), key=lambda one: one.id)),
        tuple(sorted((one for item in items for one in item.incidents), key=lambda one: one.id)),
    )
