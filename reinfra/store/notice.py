"""An alert as the outbox keeps it: the incident as it was at that transition, and all that readers need of it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from reinfra.model import Alert, Anomaly, Incident, IncidentState, Severity, Transition
from reinfra.signals import find
from reinfra.store.evidence import NOTHING, Change, Evidence, Seen
from reinfra.store.ranking import excess, worst

__all__ = ["Evidence", "Notice", "Routing", "decode", "encode", "excess", "worst"]

UNKNOWN = "unknown"
SEVERAL = "several"
_FLEET_LABELS = ("fleet", "k8s.cluster.name", "aws.ecs.cluster.name")
_TEAM_LABELS = ("team",)


@dataclass(frozen=True, slots=True)
class Notice(Alert):
    """An alert with the words that SNS filter policies compare: lower case, never empty.

    `opened_at` is when the incident first opened: with its name it tells one thread of messages from that of
    a database made anew. `repeat` counts reminders of one transition, each with a key of its own. `runbook`
    is what a route says; where none does, the settings may have one for the signal.
    """

    kind: str = UNKNOWN
    fleet: str = UNKNOWN
    team: str = UNKNOWN
    opened_at: int = 0
    repeat: int = 0
    runbook: str = ""
    evidence: Evidence = NOTHING

    @property
    def dedup_key(self) -> str:
        key = f"{self.incident.name}:{self.number}"
        return f"{key}:{self.repeat}" if self.repeat else key


@dataclass(frozen=True, slots=True)
class Routing:
    """Whom an incident concerns: the worst signal's family, and the fleet and team all its series share."""

    kind: str = UNKNOWN
    fleet: str = UNKNOWN
    team: str = UNKNOWN

    @classmethod
    def of(cls, anomalies: Iterable[Anomaly]) -> "Routing":
        found = list(anomalies)
        if not found:
            return cls()
        signal = find(worst(found).key.metric)
        return cls(
            kind=signal.family if signal else UNKNOWN,
            fleet=_shared(found, _FLEET_LABELS),
            team=_shared(found, _TEAM_LABELS),
        )


def encode(notice: Notice) -> str:
    body = asdict(notice)
    body["incident"] = {one.name: body["incident"][one.name] for one in fields(Incident)}
    return json.dumps(body)


def decode(body: str) -> Notice:
    given = json.loads(body)
    incident = given.pop("incident")
    incident["severity"] = Severity(incident["severity"])
    incident["state"] = IncidentState(incident["state"])
    given["transition"] = Transition(given["transition"])
    given["reasons"] = tuple(given["reasons"])
    given["evidence"] = _evidence(given.get("evidence") or {})
    return Notice(incident=Incident(**incident), **given)


def _evidence(given: dict[str, Any]) -> Evidence:
    """A message that an older version wrote has none."""
    worst_, change = given.get("worst"), given.get("change")
    return Evidence(
        worst=Seen(**worst_) if worst_ else None,
        first=tuple(Seen(**one) for one in given.get("first", ())),
        change=Change(**change) if change else None,
        hosts=tuple((name, type_) for name, type_ in given.get("hosts", ())),
        host_count=given.get("host_count", 0),
    )


def _shared(anomalies: list[Anomaly], names: tuple[str, ...]) -> str:
    values = {_first(anomaly, names) for anomaly in anomalies}
    return values.pop() if len(values) == 1 else SEVERAL


def _first(anomaly: Anomaly, names: tuple[str, ...]) -> str:
    found = (anomaly.key.label(name) for name in names)
    return next((value.lower() for value in found if value), UNKNOWN)
