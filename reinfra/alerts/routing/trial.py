"""Labels tried against the routes: who would be told, when, and what would keep it back. Nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from reinfra.alerts.labels import matched
from reinfra.alerts.routing.mutes import Circumstances, mute
from reinfra.alerts.routing.policy import Policy
from reinfra.config import Settings
from reinfra.config.durations import written
from reinfra.model import IncidentState, InputError, Severity
from reinfra.store import Store, decisions, silences
from reinfra.store.incidents import StoredIncident


@dataclass(frozen=True, slots=True)
class Tried:
    """One receiver. `muted` says what would keep it back, "" where nothing does."""

    receiver: str
    route: str
    group: Mapping[str, str]
    group_wait: int
    muted: str

    @property
    def said(self) -> str:
        by = ",".join(f'{name}="{value}"' for name, value in self.group.items())
        wait = f"after {written(self.group_wait)}" if self.group_wait else "at once"
        when = f"not now: {self.muted}" if self.muted else wait
        return f"{self.receiver}: {when}; by {self.route}, group {{{by}}}"


def tried(store: Store, settings: Settings, labels: Mapping[str, str], now: int) -> list[Tried]:
    """For labels as `incident_labels` gives them. Raises InputError for a severity that there is not."""
    incident = _incident(labels, now)
    given = {"severity": str(incident.severity), **labels}
    policy = Policy.of(settings)
    with store.reading() as connection:
        held = silences.listing(connection, now)
        there = decisions.unresolved(connection) if policy.inhibitions else []
    others = {one.name: matched(one, one.labels) for one in there}
    around = Circumstances(policy, held, others, now)
    found = []
    for route, receiver in policy.targets(given):
        why = mute(incident, given, route, around, opens=True)
        group = dict(route.group_labels(given))
        found.append(Tried(receiver, route.path, group, route.group_wait, why.why if why else ""))
    return found


def _incident(labels: Mapping[str, str], now: int) -> StoredIncident:
    try:
        severity = Severity(labels.get("severity", Severity.WARNING))
    except ValueError as error:
        known = ", ".join(Severity)
        raise InputError(
            f"no such severity: {labels['severity'][:30]!r}", todo=f"There are {known}."
        ) from error
    return StoredIncident(0, "", "", severity, IncidentState.OPEN, now, now, 1, "live")
