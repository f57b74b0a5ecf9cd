"""Decisions carried out: what is told goes into the outbox, in the transaction of the change it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from reinfra.alerts.labels import matched
from reinfra.alerts.routing.decide import Case, Decision, decide
from reinfra.alerts.routing.mutes import Circumstances
from reinfra.alerts.routing.policy import Policy
from reinfra.alerts.routing.routes import Route
from reinfra.model import IncidentState, Transition
from reinfra.store import decisions, outbox, silences
from reinfra.store.decisions import Decided, Standing, Verdict
from reinfra.store.incidents import StoredIncident
from reinfra.store.notice import Notice

Labels = Mapping[str, str]


@dataclass(slots=True)
class Desk:
    """Of one transaction: silences and unresolved incidents are read once, and kept up to date."""

    policy: Policy
    now: int
    _around: Circumstances | None = field(default=None, init=False)
    _others: dict[str, Labels] = field(default_factory=dict, init=False)

    def announce(self, connection: Connection, incident: StoredIncident, notice: Notice) -> None:
        """Decide who hears of a transition now. A decision is kept for everybody who might."""
        labels = matched(incident, incident.labels)
        around = self.around(connection)
        self._note_other(incident, labels)
        cases = self._cases(connection, incident, labels, notice)
        for case in cases:
            decision = decide(case, around, notice.transition)
            if decision.verdict is Verdict.TELL:
                told = replace(notice, runbook=case.route.runbook)
                outbox.put(connection, told, [case.receiver], self.now)
            self.keep(connection, case, decision, notice.number)
        if notice.transition is Transition.OPENED and not cases:
            self._nowhere(connection, incident, notice)
        if notice.transition is Transition.RESOLVED:
            self._ended(connection, cases)

    def around(self, connection: Connection) -> Circumstances:
        if self._around is None:
            if self.policy.inhibitions:
                there = decisions.unresolved(connection)
                self._others = {one.name: matched(one, one.labels) for one in there}
            held = silences.listing(connection, self.now)
            self._around = Circumstances(self.policy, held, self._others, self.now)
        return self._around

    def case(
        self,
        connection: Connection,
        incident: StoredIncident,
        route: Route,
        receiver: str,
        opening: int,
        entered: int,
        known: Standing | None,
    ) -> Case:
        """One receiver's. A group that does not exist yet begins with it."""
        labels = matched(incident, incident.labels)
        common = route.group_labels(labels)
        key = decisions.group_key(route.path, common)
        base = entered + route.group_wait
        if route.group_wait or route.group_interval:
            base = decisions.group_base(connection, key, route.path, common, base)
        return Case(incident, labels, receiver, route, opening, entered, base, key, known)

    def keep(
        self, connection: Connection, case: Case, decision: Decision, number: int, via: str = ""
    ) -> None:
        """Write down what was decided, and what the receiver knows by it."""
        before = case.known
        ended = case.incident.state is IncidentState.RESOLVED
        told = decision.verdict is Verdict.TELL
        knows = before.knows if before else None
        if told and decision.what in {Transition.OPENED, Transition.ESCALATED}:
            knows = case.opening
        if ended and decision.verdict in {Verdict.TELL, Verdict.NOTHING}:
            knows = None
        if before and decision.verdict is Verdict.NOTHING and not ended and knows:
            standing = replace(before, next_at=decision.again)
        else:
            standing = Standing(
                case.incident.id,
                case.receiver,
                case.route.path,
                case.group,
                decision.verdict,
                decision.why + via,
                number,
                knows,
                case.incident.severity if told else (before.severity if before else None),
                self.now if told else (before.told_at if before else None),
                None if ended and told else decision.again,
            )
        decisions.keep(connection, standing, before, self.now, decision.until)

    def _cases(
        self, connection: Connection, incident: StoredIncident, labels: Labels, notice: Notice
    ) -> list[Case]:
        """Who is routed to, where something begins or gets worse; and who knows of it or waits to."""
        new = notice.number == 1
        before = [] if new else decisions.standings(connection, incident.id)
        known = {one.receiver: one for one in before}
        begins = notice.transition in {Transition.OPENED, Transition.ESCALATED}
        routed = {name: route for route, name in self.policy.targets(labels)} if begins else {}
        if notice.transition is not Transition.OPENED:
            waiting = {Verdict.WAIT, Verdict.MUTE}
            for name, one in known.items():
                if one.knows is not None or one.verdict in waiting:
                    routed.setdefault(name, self.policy.route(one.route))
        opening = notice.number
        if notice.transition is not Transition.OPENED:
            opened = decisions.latest(connection, incident.id, Transition.OPENED)
            opening = opened.number if opened else opening
        return [
            self.case(connection, incident, route, name, opening, self.now, known.get(name))
            for name, route in routed.items()
        ]

    def _note_other(self, incident: StoredIncident, labels: Labels) -> None:
        if self.policy.inhibitions and incident.state is not IncidentState.RESOLVED:
            self._others[incident.name] = labels
        else:
            self._others.pop(incident.name, None)

    def _ended(self, connection: Connection, cases: list[Case]) -> None:
        decisions.end_groups(connection, [case.group for case in cases])
        if self.policy.inhibitions:
            decisions.wake(connection, self.now)

    def _nowhere(self, connection: Connection, incident: StoredIncident, notice: Notice) -> None:
        why = "no route leads to a receiver, and alerts.channels is empty"
        nobody = Decided(incident.id, self.now, notice.number, "", "", Verdict.NOTHING, why)
        decisions.note(connection, nobody)
