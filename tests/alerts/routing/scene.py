"""A store, settings and a clock that a test holds: incidents are opened and ended, and who is told is seen."""

import tomllib
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select

from reinfra.alerts.routing.desk import Desk
from reinfra.alerts.routing.policy import Policy
from reinfra.alerts.routing.tick import Ticked, tick
from reinfra.config import AlertSettings, Settings
from reinfra.model import MINUTE, SECOND, IncidentState, Severity, Transition
from reinfra.store import Store, decisions, incidents
from reinfra.store.incidents import Change, Event, StoredIncident
from reinfra.store.notice import decode
from reinfra.store.schema import metadata

T0 = 1_763_726_400_000  # 2025-11-21T12:00Z, a Friday
RECEIVERS = "\n".join(
    f'[[receiver]]\nkind = "file"\nname = "{name}"\npath = "{name}"'
    for name in ("a", "b", "c", "ops", "pager")
)


def policy(toml: str) -> Policy:
    """With five receivers."""
    return Policy.of(Settings(**tomllib.loads(f"{RECEIVERS}\n{toml}")))


def channels(*names: Literal["console", "file", "sns"]) -> Policy:
    """Without receivers of their own, and without routes."""
    return Policy.of(Settings(alerts=AlertSettings(channels=names)))


@dataclass(slots=True)
class Scene:
    store: Store
    policy: Policy
    now: int = T0

    def opens(
        self, place: str = "h1", severity: Severity = Severity.WARNING, **labels: str
    ) -> StoredIncident:
        given = {"host.name": place, **labels}
        wanted = StoredIncident(
            id=0,
            scope=f"host {place}",
            title=f"hot on {place}",
            severity=severity,
            state=IncidentState.OPEN,
            since=self.now,
            until=self.now,
            series_count=1,
            origin="live",
            labels=tuple(sorted(given.items())),
        )
        return self._apply(Change(wanted, None, events=(Event(Transition.OPENED),)))

    def again(self, one: StoredIncident) -> StoredIncident:
        there = self.get(one)
        wanted = replace(there, state=IncidentState.OPEN)
        return self._apply(Change(wanted, there.state, events=(Event(Transition.OPENED),)))

    def worse(self, one: StoredIncident) -> StoredIncident:
        there = self.get(one)
        wanted = replace(there, severity=Severity.CRITICAL)
        return self._apply(Change(wanted, there.state, events=(Event(Transition.ESCALATED),)))

    def ends(self, one: StoredIncident) -> StoredIncident:
        there = self.get(one)
        wanted = replace(there, state=IncidentState.RESOLVED)
        return self._apply(Change(wanted, there.state, events=(Event(Transition.RESOLVED),)))

    def acks(self, one: StoredIncident) -> None:
        with self.store.writing() as connection:
            desk = Desk(self.policy, self.now)
            to = Transition.ACKNOWLEDGED
            incidents.move(connection, one.id, to, by="ann", now=self.now, announce=desk.announce)

    def after(self, ms: int) -> Ticked:
        """The clock goes on, and what is due by then is decided."""
        self.now += ms
        return tick(self.store, self.policy, self.now)

    def get(self, one: StoredIncident) -> StoredIncident:
        with self.store.reading() as connection:
            return incidents.get(connection, one.id)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """(receiver, transition, incident) of every message, in the order they were written."""
        table = metadata.tables["outbox"]
        with self.store.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.id)).all()
        notices = [(row.channel, decode(row.body)) for row in rows]
        return [
            (channel, "repeated" if one.repeat else str(one.transition), one.incident.name)
            for channel, one in notices
        ]

    def why(self, one: StoredIncident) -> list[tuple[str, str]]:
        """(verdict, reason) of every decision about an incident."""
        with self.store.reading() as connection:
            found = decisions.of_incident(connection, one.id)
        return [(str(each.verdict), each.why) for each in found]

    def _apply(self, change: Change) -> StoredIncident:
        with self.store.writing() as connection:
            desk = Desk(self.policy, self.now)
            (stored,) = incidents.apply(connection, [change], now=self.now, announce=desk.announce)
        return stored


__all__ = ["MINUTE", "SECOND", "T0", "Scene", "channels", "policy"]
