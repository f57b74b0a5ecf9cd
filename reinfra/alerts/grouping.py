"""Anomalies into incidents: one scope, close in time. Pure; everything is worked out from the evidence.

Each call looks at the anomalies that are new and at those of the incidents they might touch, whatever
their order, and returns only what differs from what is stored. So grouping twice changes nothing, and
evidence that comes in late or in other portions ends in the same incidents.
"""

from collections.abc import Iterable
from dataclasses import replace

from reinfra.alerts.clusters import Cluster, clusters
from reinfra.alerts.labels import labels_of
from reinfra.alerts.rules import Rules, place, severity
from reinfra.alerts.wording import evidence, headline
from reinfra.model import Anomaly, IncidentState, Transition
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import Change, Event, StoredIncident
from reinfra.store.notice import excess, worst

_ROOTS = 3  # series named in a message
_RESOLVED = Event(Transition.RESOLVED, "nothing strange was seen since")


def group(
    found: Iterable[StoredAnomaly],
    incidents: Iterable[StoredIncident],
    until: int,
    rules: Rules | None = None,
) -> list[Change]:
    """What must change so that incidents tell what the anomalies tell. Data has been searched up to `until`.

    `found` holds the anomalies that no incident has, and all anomalies of `incidents`.
    """
    chosen = rules or Rules()
    return [
        change
        for cluster in clusters(found, incidents, chosen)
        for change in _changes(cluster, until, chosen)
    ]


def _changes(cluster: Cluster, until: int, rules: Rules) -> list[Change]:
    """The oldest incident of a cluster takes it all; others are resolved as merged into it."""
    before = cluster.incidents[0] if cluster.incidents else None
    described = _described(cluster, before, rules)
    over = until - described.until > rules.quiet
    events = (
        _opening(cluster, over=over, comment=_split_from(cluster))
        if before is None
        else _going_on(cluster, before, described, over=over)
    )
    wanted = replace(described, state=_state_after(described.state, events))
    own = before.id if before else 0
    news = tuple(one.id for one in cluster.anomalies if one.incident_id != own)
    merged = [one for one in cluster.incidents[1:] if one.merged_into is None]
    events = (*(_took(one) for one in merged), *events)
    changes = [_lost(one, cluster) for one in cluster.split_from]
    if news or events or wanted != before:
        changes.append(Change(wanted, before.state if before else None, news, events))
    return changes + [_merged_into(wanted, one) for one in merged]


def _took(other: StoredIncident) -> Event:
    return Event(Transition.MERGED, f"took what {other.name} had: the same trouble")


def _split_from(cluster: Cluster) -> str:
    names = ", ".join(one.name for one in cluster.split_from)
    return f"split from {names}" if names else ""


def _lost(incident: StoredIncident, cluster: Cluster) -> Change:
    """Only its history grows here; what is left of it is described by a change of its own."""
    why = f"what is strange on {place(cluster.scope)} is an incident of its own now"
    return Change(incident, incident.state, events=(Event(Transition.SPLIT, why),), touches=False)


def _described(cluster: Cluster, before: StoredIncident | None, rules: Rules) -> StoredIncident:
    """The incident as the evidence has it, in the state it was in. Its severity never falls."""
    found = [one.found for one in cluster.anomalies]
    series_count = len({one.series_id for one in cluster.anomalies})
    worth = severity(found, rules)
    return StoredIncident(
        id=before.id if before else 0,
        scope=cluster.scope,
        title=headline(worst(found), place(cluster.scope), series_count),
        severity=before.severity if before and before.severity.rank > worth.rank else worth,
        state=before.state if before else IncidentState.OPEN,
        since=cluster.since,
        until=cluster.until,
        series_count=series_count,
        origin=cluster.origin,
        feedback=before.feedback if before else None,
        labels=labels_of(found, cluster.scope),
        snoozed_until=before.snoozed_until if before else None,
        flapping_until=before.flapping_until if before else None,
    )


def _opening(cluster: Cluster, *, over: bool, comment: str = "") -> tuple[Event, ...]:
    """What is found when it is already over opens and resolves at once, so that both are told."""
    opened = Event(Transition.OPENED, comment, _roots(cluster))
    return (opened, _RESOLVED) if over else (opened,)


def _going_on(
    cluster: Cluster, before: StoredIncident, described: StoredIncident, *, over: bool
) -> tuple[Event, ...]:
    if before.state is IncidentState.RESOLVED:
        fresh = described.until > before.until  # older evidence that came late reopens nothing
        return _opening(cluster, over=over, comment="strange again") if fresh else ()
    if over:
        return (_RESOLVED,)
    if described.severity.rank > before.severity.rank:
        why = f"{before.severity} became {described.severity}"
        return (Event(Transition.ESCALATED, why, _roots(cluster)),)
    return ()


def _state_after(state: IncidentState, events: tuple[Event, ...]) -> IncidentState:
    if _RESOLVED in events:
        return IncidentState.RESOLVED
    opened = any(event.kind is Transition.OPENED for event in events)
    return IncidentState.OPEN if opened else state


def _merged_into(survivor: StoredIncident, other: StoredIncident) -> Change:
    why = f"merged into {survivor.name}: the same trouble"
    over = other.state is IncidentState.RESOLVED
    events = () if over else (Event(Transition.RESOLVED, why),)
    wanted = replace(other, state=IncidentState.RESOLVED, merged_into=survivor.id)
    return Change(wanted, other.state, events=events)


def _roots(cluster: Cluster) -> tuple[str, ...]:
    """The series that moved first, a line each."""
    first: dict[int, Anomaly] = {}
    for one in sorted(
        cluster.anomalies, key=lambda one: (one.found.since, -excess(one.found), one.id)
    ):
        first.setdefault(one.series_id, one.found)
    return tuple(evidence(found) for found in list(first.values())[:_ROOTS])
