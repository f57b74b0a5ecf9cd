"""Whether one receiver is told of one incident now. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from reinfra.alerts.routing.mutes import Circumstances, mute
from reinfra.alerts.routing.routes import Route
from reinfra.model import MINUTE, IncidentState, Transition, iso
from reinfra.store.decisions import Standing, Verdict
from reinfra.store.incidents import StoredIncident

AGAIN = MINUTE
"""How soon what is mute is looked at again, where nobody knows when it ends."""


@dataclass(frozen=True, slots=True)
class Case:
    """One incident for one receiver.

    `opening` is the number of its last opening, at `opened_at`; `entered` is when what is to be told
    happened, `base` the first flush of its `group` (both ms).
    """

    incident: StoredIncident
    labels: Mapping[str, str]
    receiver: str
    route: Route
    opening: int
    entered: int
    base: int
    group: bytes = b""
    known: Standing | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`what` is the transition to tell (None: nothing, or a reminder), `again` when to look once more."""

    verdict: Verdict
    why: str
    what: Transition | None = None
    until: int | None = None
    again: int | None = None
    repeat: bool = False


def decide(case: Case, around: Circumstances, happened: Transition | None = None) -> Decision:
    """What is told, what waits, what is mute, and why. `happened` is None when nothing did but time passing.

    An end goes to whoever knows the opening, whatever is mute by then, unless it wants no ends.
    """
    if case.incident.state is IncidentState.RESOLVED:
        return _ended(case, around)
    knows = case.known.knows if case.known else None
    if knows is None or knows < case.opening:
        if case.incident.state is IncidentState.ACKNOWLEDGED:
            return Decision(Verdict.NOTHING, "acknowledged before it was told")
        return _gated(case, around, Transition.OPENED)
    if happened is Transition.ACKNOWLEDGED:
        return Decision(Verdict.TELL, f"knows of it by {case.route.path}", happened)
    told = case.known.severity if case.known else None
    if told is not None and told.rank < case.incident.severity.rank:
        return _gated(case, around, Transition.ESCALATED)
    return _reminded(case, around)


def _ended(case: Case, around: Circumstances) -> Decision:
    if case.known is None or case.known.knows is None:
        why = case.known.why if case.known else ""
        said = "it was over before it was told" + (f" ({why})" if why else "")
        return Decision(Verdict.NOTHING, said)
    if case.receiver in around.policy.deaf:
        return Decision(Verdict.NOTHING, "the receiver has send_resolved = false", None)
    return _timed(case, around, Transition.RESOLVED)


def _gated(case: Case, around: Circumstances, what: Transition) -> Decision:
    opens = what is Transition.OPENED
    muted = mute(case.incident, case.labels, case.route, around, opens=opens)
    if muted:
        soon = around.now + AGAIN
        again = soon if muted.until is None else min(soon, muted.until)
        return Decision(Verdict.MUTE, muted.why, what, muted.until, again)
    return _timed(case, around, what)


def _timed(case: Case, around: Circumstances, what: Transition) -> Decision:
    due = case.route.due(case.entered, case.base)
    if around.now < due:
        named = "group_wait" if due == case.base else "group_interval"
        return Decision(
            Verdict.WAIT, f"{named} of {case.route.path} until {iso(due)}", what, due, due
        )
    return Decision(Verdict.TELL, f"by {case.route.path}", what, again=_next(case, around.now))


def _reminded(case: Case, around: Circumstances) -> Decision:
    """Nothing new: what is open and nobody acknowledged is told again after the repeat interval."""
    told_at = (case.known.told_at if case.known else None) or 0
    again = _next(case, told_at)
    if case.incident.state is IncidentState.ACKNOWLEDGED or again is None:
        return Decision(Verdict.NOTHING, "it knows already")
    if around.now < again:
        return Decision(Verdict.NOTHING, "it knows already", again=again)
    muted = mute(case.incident, case.labels, case.route, around, opens=False)
    if muted:
        return Decision(
            Verdict.MUTE, f"a reminder: {muted.why}", None, muted.until, around.now + AGAIN
        )
    return Decision(
        Verdict.TELL,
        f"repeat_interval of {case.route.path}",
        again=_next(case, around.now),
        repeat=True,
    )


def _next(case: Case, told_at: int) -> int | None:
    """When it is told again: the repeat interval later, at a flush of its group."""
    if not case.route.repeat_interval:
        return None
    return case.route.due(told_at + case.route.repeat_interval, case.base)
