"""What may have caused an incident, what it costs, and what it resembles."""

from dataclasses import dataclass

from dashboard.queries.incidents import Case
from reinfra.alerts.message.context import Cost
from reinfra.batch.deliver import context
from reinfra.batch.whynot import opening
from reinfra.config import load_settings
from reinfra.explain.explain import Explanation, Nearby, explain, nearby
from reinfra.explain.roots import Root, roots
from reinfra.explain.shares import of_incident
from reinfra.model import HOUR, IncidentState, Transition
from reinfra.store import SampleStore, Store
from reinfra.store.timeline import Event, Recorded, notice_of


@dataclass(frozen=True, slots=True)
class Causes:
    """What is known at once: `roots` by onset over the topology, the nearest `changes`, what an hour costs.

    `shares` are each series' part of how far the incident is out, `rules` what opens such anomalies.
    """

    roots: tuple[Root, ...]
    changes: tuple[Nearby, ...]
    shares: dict[str, float]
    cost: Cost
    rules: tuple[str, ...]


def causes(store: Store, case: Case) -> Causes:
    """Raises InputError for a table of prices that is none."""
    incident = case.incident
    settings = load_settings()
    with store.reading() as connection:
        changes = nearby(connection, incident.since, case.anomalies)
        entry = Recorded(0, Transition.OPENED, incident.since, "", "")
        event = Event(Transition.OPENED)
        notice = notice_of(connection, incident, incident.origin, event, entry)
    return Causes(
        tuple(roots(case.anomalies)),
        changes,
        {one.series: one.share for one in of_incident(case.anomalies)},
        context(settings).cost(notice),
        tuple(opening(case.anomalies, settings.detect)),
    )


def spent(cost: Cost, case: Case, now: int) -> float | None:
    """What the affected hosts cost from its beginning to its end, or until now; None where not known."""
    if cost.usd_per_hour is None:
        return None
    over = case.incident.state is IncidentState.RESOLVED
    until = case.incident.until if over else now
    return cost.usd_per_hour * max(0, until - case.incident.since) / HOUR


def explanation(store: Store, samples: SampleStore, incident_id: int) -> Explanation:
    """Point by point, with the earlier episodes that look alike: takes seconds."""
    return explain(store, incident_id, load_settings(), samples)
