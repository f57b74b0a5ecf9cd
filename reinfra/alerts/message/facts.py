"""What an alert says, line by line and in one order for every format: evidence first, then what to do."""

import json
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from reinfra.alerts.message.context import Context
from reinfra.model import IncidentState, Origin, SeriesKey, Severity, Transition, iso
from reinfra.signals.wording import UNKNOWN, amount, clock_time, duration, signal_name
from reinfra.store.evidence import Change, Seen
from reinfra.store.notice import Notice

TAGS = {Severity.CRITICAL: "CRIT", Severity.WARNING: "WARN", Severity.INFO: "INFO"}
DONE = {Transition.RESOLVED: "RESOLVED", Transition.ACKNOWLEDGED: "ACK"}
TOLD = (Transition.OPENED, Transition.ESCALATED)
_ORIGINS = {
    Origin.RECORDED: "recorded data, times shifted",
    Origin.SIMULATED: "simulated data, no real system is affected",
}


class Fact(NamedTuple):
    """One line: what it is about, and what is said of it."""

    label: str
    text: str


def tag(notice: Notice) -> str:
    """CRIT, WARN or INFO; ACK or RESOLVED once that is what happened."""
    return DONE.get(notice.transition, TAGS[notice.incident.severity])


def origin_note(origin: str) -> str:
    """What must be said of where the numbers come from; empty for a live system."""
    return _ORIGINS.get(Origin(origin), "")


def first_line(notice: Notice) -> str:
    """What, where, since when, and how bad."""
    incident = notice.incident
    what = f"{incident.severity.upper()} {notice.transition}: {incident.title}"
    when = f"since {iso(incident.since)}, last seen {iso(incident.until)}"
    return f"{what}. Where: {incident.scope}, {when}."


def evidence(notice: Notice, context: Context) -> Iterator[Fact]:
    """What is known of the trouble."""
    incident, known = notice.incident, notice.evidence
    series = "1 series" if incident.series_count == 1 else f"{incident.series_count} series"
    lasts = duration(incident.until - incident.since)
    so_far = "" if incident.state is IncidentState.RESOLVED else " so far"
    yield Fact("How bad", f"{incident.severity}, {series} strange, for {lasts}{so_far}")
    if known.worst:
        yield Fact("Seen", f"{_name(known.worst)} {seen(known.worst)}")
        yield Fact("Expected", expected(known.worst) or "no value; see why")
    if known.change:
        yield Fact("Changed", change(known.change, incident.since))
    elif known.worst:
        yield Fact("Changed", "nothing on record within 6 hours before")
    if notice.transition in TOLD:
        yield Fact("Cost", str(context.cost(notice)))


def actions(notice: Notice, context: Context) -> Iterator[Fact]:
    """Where to look, and the commands to type."""
    name = notice.incident.name
    if link := context.permalink(notice.incident):
        yield Fact("Look", link)
    if runbook := context.runbook(notice):
        yield Fact("Runbook", runbook)
    yield Fact("Why", f"reinfra alerts why {name}")
    if notice.incident.state is IncidentState.OPEN:
        yield Fact("Acknowledge", f"reinfra alerts ack {name}")
    if notice.incident.state is not IncidentState.RESOLVED:
        yield Fact("Silence", silence_command(notice))


def first_moved(notice: Notice) -> list[str]:
    """The series that moved first, a line each; where they are not known, the reasons, or a comment."""
    if notice.transition not in TOLD or not notice.evidence.first:
        return list(notice.reasons)
    first = notice.evidence.first
    lines = [
        f"{clock_time(one.since)} {_name(one)} {seen(one)}{_against(one)} [{one.series}]"
        for one in first
    ]
    known = tuple(f"[{one.series}]" for one in first)
    return lines + [reason for reason in notice.reasons if not reason.endswith(known)]


def seen(one: Seen) -> str:
    """98 %, or that there was nothing."""
    return "fell silent" if one.value is None else amount(_key(one), one.value)


def expected(one: Seen) -> str:
    """35 % to 47 %; empty where the detector expects no value."""
    key = _key(one)
    if one.low is not None and one.high is not None:
        return f"{amount(key, one.low)} to {amount(key, one.high)}"
    if one.low is not None:
        return f"at least {amount(key, one.low)}"
    return f"at most {amount(key, one.high)}" if one.high is not None else ""


def change(one: Change, since: int) -> str:
    side = "before" if one.at <= since else "after it began"
    when = f"{clock_time(one.at)}, {duration(abs(since - one.at))} {side}"
    return f"{one.name} of {one.subject}: {one.before} became {one.after} ({when})"


def silence_command(notice: Notice) -> str:
    """What keeps this place quiet for two hours. A shell reads each matcher as one word, whatever is in it."""
    kind, _, where = notice.incident.scope.partition(" ")
    matchers = (
        f"{name}={json.dumps(text, ensure_ascii=False)}"
        for name, text in (("scope", kind), ("place", where))
    )
    words = " ".join(shlex.quote(matcher) for matcher in matchers)
    return f"reinfra alerts silence add {words} --for 2h --comment {notice.incident.name}"


def _against(one: Seen) -> str:
    return f", expected {expected(one)}" if expected(one) else ""


def _key(one: Seen) -> SeriesKey:
    return SeriesKey(one.metric, unit=one.unit)


def _name(one: Seen) -> str:
    return signal_name(_key(one)) or UNKNOWN
