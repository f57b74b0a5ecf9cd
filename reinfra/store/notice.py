"""An alert as the outbox keeps it: the incident as it was at that transition, and what readers filter by."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from reinfra.model import Alert, Anomaly, Incident, IncidentState, Severity, Transition
from reinfra.signals import find

UNKNOWN = "unknown"
SEVERAL = "several"
_FLEET_LABELS = ("fleet", "k8s.cluster.name", "aws.ecs.cluster.name")
_TEAM_LABELS = ("team",)


@dataclass(frozen=True, slots=True)
class Notice(Alert):
    """An alert with the words that SNS filter policies compare: lower case, never empty."""

    kind: str = UNKNOWN
    fleet: str = UNKNOWN
    team: str = UNKNOWN


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


def worst(anomalies: Iterable[Anomaly]) -> Anomaly:
    """The anomaly that says most: by severity, then by score over threshold, then the first to begin."""
    return min(anomalies, key=_mildness)


def excess(anomaly: Anomaly) -> float:
    """How many times its threshold the score reached, which compares detectors with different scales."""
    ratio = anomaly.score / anomaly.threshold if anomaly.threshold > 0 else math.inf
    return 0.0 if math.isnan(ratio) else ratio


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
    return Notice(incident=Incident(**incident), **given)


def _mildness(anomaly: Anomaly) -> tuple[int, float, int, str, str]:
    named = (str(anomaly.key), anomaly.detector)
    return (-anomaly.severity.rank, -excess(anomaly), anomaly.since, *named)


def _shared(anomalies: list[Anomaly], names: tuple[str, ...]) -> str:
    values = {_first(anomaly, names) for anomaly in anomalies}
    return values.pop() if len(values) == 1 else SEVERAL


def _first(anomaly: Anomaly, names: tuple[str, ...]) -> str:
    found = (anomaly.key.label(name) for name in names)
    return next((value.lower() for value in found if value), UNKNOWN)
