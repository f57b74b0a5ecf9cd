"""What only time decides: groups that waited, mutes that ended, reminders, incidents nobody heard of again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from reinfra.alerts.routing.decide import Case, Decision, decide
from reinfra.alerts.routing.desk import Desk
from reinfra.alerts.routing.policy import Policy
from reinfra.model import IncidentState, Origin, Transition, iso
from reinfra.signals.wording import duration
from reinfra.store import Store, decisions, incidents, outbox
from reinfra.store.decisions import Standing, Verdict
from reinfra.store.incidents import Change, Event, StoredIncident
from reinfra.store.notice import Notice
from reinfra.store.timeline import Recorded, notice_of

_AT_ONCE = 500
_MOST_PASSES = 40
_NAMED = 20  # incidents of a group that a message names beside the one it is about

Told = tuple[Case, Decision]


@dataclass(frozen=True, slots=True)
class Ticked:
    """Messages written, receivers looked at again, incidents resolved by timeout."""

    told: int = 0
    looked: int = 0
    timed_out: int = 0


def tick(store: Store, policy: Policy, now: int, *, timeout: int = 0) -> Ticked:
    """Look at everything that is due. Nothing is written, and no lock taken, where nothing is.

    `timeout` is how long, in ms, an incident of live data may be without news before it is resolved; 0: for ever.
    """
    told = looked = 0
    timed_out = _time_out(store, policy, now, timeout)
    for _ in range(_MOST_PASSES):
        with store.reading() as connection:
            if not decisions.is_due(connection, now):
                break
        with store.writing() as connection:
            incidents.lock_grouping(connection)
            due = decisions.due(connection, now, _AT_ONCE)
            told += _look(connection, Desk(policy, now), due)
        looked += len(due)
    return Ticked(told, looked, timed_out)


def _look(connection: Connection, desk: Desk, due: Sequence[Standing]) -> int:
    """Decide again for each; what a group is told at once is one message."""
    around = desk.around(connection)
    together: dict[tuple[object, ...], list[Told]] = defaultdict(list)
    for standing in due:
        case = _case(connection, desk, standing)
        decision = decide(case, around)
        if decision.verdict is Verdict.TELL:
            group = case.receiver, case.group, decision.what, decision.repeat
            together[group].append((case, decision))
        else:
            desk.keep(connection, case, decision, standing.number)
    for told in together.values():
        _tell(connection, desk, told)
    decisions.end_groups(connection, {one.group_key for one in due})
    return len(together)


def _case(connection: Connection, desk: Desk, standing: Standing) -> Case:
    incident = incidents.get(connection, standing.incident_id)
    route = desk.policy.route(standing.route)
    opened = decisions.latest(connection, incident.id, Transition.OPENED)
    entered = _entered(connection, incident, standing, opened)
    opening = opened.number if opened else standing.number
    return desk.case(connection, incident, route, standing.receiver, opening, entered, standing)


def _entered(
    connection: Connection, incident: StoredIncident, standing: Standing, opened: Recorded | None
) -> int:
    """When what this receiver waits for happened."""
    kind = None
    if incident.state is IncidentState.RESOLVED:
        kind = Transition.RESOLVED
    elif standing.knows is not None:
        kind = Transition.ESCALATED
    last = decisions.latest(connection, incident.id, kind) if kind else opened
    return last.at if last else (standing.told_at or 0)


def _tell(connection: Connection, desk: Desk, told: list[Told]) -> None:
    """One message, about the worst of them, that names the others."""
    told.sort(key=lambda one: (-one[0].incident.severity.rank, one[0].incident.id))
    lead, decision = told[0]
    notice = _notice(connection, lead, decision)
    others = [case.incident for case, _ in told[1:]]
    named = tuple(f"With it: {_line(one)}" for one in others[:_NAMED])
    if len(others) > _NAMED:
        named = (*named, f"With it: {len(others) - _NAMED} more, see `reinfra alerts list`")
    outbox.put(
        connection, replace(notice, reasons=notice.reasons + named), [lead.receiver], desk.now
    )
    for case, each in told:
        via = "" if case is lead else f", in the message of {lead.incident.name}"
        desk.keep(connection, case, each, _number(connection, case, each), via)


def _line(one: StoredIncident) -> str:
    return f"{one.name} {one.severity} {one.state}: {one.title}"


def _recorded(connection: Connection, case: Case, decision: Decision) -> Recorded:
    kind = decision.what or Transition.OPENED
    found = decisions.latest(connection, case.incident.id, kind)
    return found or Recorded(case.opening, kind, case.entered, "", "")


def _number(connection: Connection, case: Case, decision: Decision) -> int:
    return _recorded(connection, case, decision).number


def _notice(connection: Connection, case: Case, decision: Decision) -> Notice:
    """What is said now of something that happened before."""
    recorded = _recorded(connection, case, decision)
    event = Event(recorded.kind, recorded.comment)
    notice = notice_of(connection, case.incident, case.incident.origin, event, recorded)
    if recorded.kind is not Transition.RESOLVED:
        first = (f"{iso(one.since)} {one.reason} [{one.series}]" for one in notice.evidence.first)
        notice = replace(notice, reasons=tuple(first))
    if decision.repeat:
        times = decisions.told(connection, case.incident.id, case.receiver, recorded.number)
        notice = replace(notice, repeat=max(1, times))
    return replace(notice, runbook=case.route.runbook)


def _time_out(store: Store, policy: Policy, now: int, timeout: int) -> int:
    if not timeout:
        return 0
    with store.reading() as connection:
        quiet = decisions.unresolved(connection, before=now - timeout)
    lost = [one for one in quiet if _is_ours(one)]
    if not lost:
        return 0
    why = f"timed out: nothing was heard of it for {duration(timeout)}, it was not seen to recover"
    gone = Event(Transition.RESOLVED, why)
    changes = [
        Change(replace(one, state=IncidentState.RESOLVED), one.state, events=(gone,))
        for one in lost
    ]
    with store.writing() as connection:
        incidents.lock_grouping(connection)
        desk = Desk(policy, now)
        return len(incidents.apply(connection, changes, now=now, announce=desk.announce))


def _is_ours(one: StoredIncident) -> bool:
    """Replayed data are as old as they are; what rests on no series, a loop that stopped, ends by itself."""
    return one.origin == Origin.LIVE and one.series_count > 0
