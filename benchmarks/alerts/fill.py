"""An outbox as a storm leaves it, written in bulk."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import insert

from reinfra.model import Incident, IncidentState, Severity, Transition
from reinfra.store import Store
from reinfra.store.evidence import Evidence, Seen
from reinfra.store.notice import Notice, encode
from reinfra.store.outbox import Delivery, urgency
from reinfra.store.schema import incident, outbox

START = 1_700_000_000_000
_STEPS = (Transition.OPENED, Transition.ESCALATED, Transition.ACKNOWLEDGED, Transition.RESOLVED)
_STATES = (
    IncidentState.OPEN,
    IncidentState.OPEN,
    IncidentState.ACKNOWLEDGED,
    IncidentState.RESOLVED,
)
_SEVERITIES = tuple(Severity)
_CHUNK = 5_000


def fill(
    store: Store, incidents: int, steps: int, receivers: Sequence[str], at: int = START
) -> int:
    """`incidents` incidents of `steps` (at most 4) messages for each receiver. Returns how many messages."""
    made = [_incident(number) for number in range(1, incidents + 1)]
    with store.writing() as connection:
        for start in range(0, incidents, _CHUNK):
            part = made[start : start + _CHUNK]
            connection.execute(insert(incident), [_row(one, at) for one in part])
            rows = [row for one in part for row in _messages(one, steps, receivers, at)]
            connection.execute(insert(outbox), rows)
    return incidents * steps * len(receivers)


def _incident(number: int) -> Incident:
    severity = _SEVERITIES[number % len(_SEVERITIES)]
    title = f"GPU power 712 W on gpu-{number}, expected 310 W to 420 W, and 3 more series"
    return Incident(
        number, f"host gpu-{number}", title, severity, IncidentState.RESOLVED, START, START, 4
    )


def _row(one: Incident, at: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "scope": one.scope,
        "title": one.title,
        "severity": one.severity,
        "state": one.state,
        "origin": "live",
        "since": at,
        "until": at,
        "series_count": one.series_count,
    }


def _messages(
    one: Incident, steps: int, receivers: Sequence[str], at: int
) -> Iterator[dict[str, Any]]:
    for number in range(1, steps + 1):
        notice = _notice(one, number, at)
        body = encode(notice)
        for receiver in receivers:
            yield {
                "dedup_key": notice.dedup_key,
                "channel": receiver,
                "incident_id": one.id,
                "body": body,
                "state": Delivery.PENDING,
                "attempts": 0,
                "next_attempt_at": at,
                "created_at": at,
                "urgency": urgency(one.severity),
            }


def _notice(one: Incident, number: int, at: int) -> Notice:
    host = one.scope.partition(" ")[2]
    series = f'hw.power{{host.name="{host}"}}'
    seen = Seen(series, "hw.power", "W", at, 712.0, 310.0, 420.0, "712 W against 365 W expected")
    there = Incident(
        one.id, one.scope, one.title, one.severity, _STATES[number - 1], at, at, one.series_count
    )
    evidence = Evidence(seen, (seen,) * 3, None, ((host, "p5.48xlarge"),), 1)
    return Notice(
        there,
        _STEPS[number - 1],
        number,
        at,
        kind="power",
        fleet="prod",
        team="search",
        opened_at=at,
        evidence=evidence,
    )
