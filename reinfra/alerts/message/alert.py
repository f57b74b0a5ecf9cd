"""One incident's transition: as a subject, as a mail, as a document for machines, as words to filter by."""

from collections.abc import Iterator
from typing import Any

from reinfra.alerts.message import facts
from reinfra.alerts.message.clip import clipped, is_short, words
from reinfra.alerts.message.context import Context
from reinfra.alerts.message.hygiene import ascii_line, cut, printable
from reinfra.model import iso
from reinfra.store.evidence import Change, Seen
from reinfra.store.notice import UNKNOWN, Notice

SCHEMA_VERSION = 1
"""Of `document`; raised when a field changes its meaning or goes away. docs/reference/alert.schema.json."""

SUBJECT_LIMIT = 99  # Amazon SNS: "less than 100 characters long"
_LABEL = 13


def subject(notice: Notice) -> str:
    """[CRIT] CPU utilization 98 % on i-53ea38, expected 35 % to 47 % INC-7: ASCII, one line, short."""
    tag, name = facts.tag(notice), notice.incident.name
    room = SUBJECT_LIMIT - len(f"[{tag}]  {name}")
    return f"[{tag}] {cut(ascii_line(notice.incident.title[:1_000]), room)} {name}"


def text(notice: Notice, context: Context) -> str:
    """The mail: what, where, since when and how bad in the first line; then the evidence, then what to do."""
    short = clipped(notice)
    lines = [facts.first_line(short), ""]
    lines += _aligned(facts.evidence(short, context))
    if moved := facts.first_moved(short):
        lines.append("First to move:" if short.transition in facts.TOLD else "Said:")
        lines += [f"  {printable(line)}" for line in moved]
    lines += ["", *_aligned(facts.actions(short, context)), ""]
    if note := facts.origin_note(short.origin):
        lines.append(f"Note: {note}.")
    if not is_short(notice, short):
        lines.append("Shortened: the page, or the command behind Why, has all of it.")
    lines.append(f"A repeat of this message carries the same key: {short.dedup_key}")
    return "\n".join(lines)


def document(notice: Notice, context: Context) -> dict[str, Any]:
    """The same for machines. Times are UTC, as RFC 3339 writes them; values are in base units."""
    short = clipped(notice)
    incident, known, cost = short.incident, short.evidence, context.cost(short)
    return {
        "schema_version": SCHEMA_VERSION,
        "type": "alert",
        "dedup_key": short.dedup_key,
        "thread": incident.name,
        "transition": short.transition,
        "number": short.number,
        "repeat": short.repeat,
        "at": iso(short.at),
        "kind": short.kind or UNKNOWN,
        "fleet": short.fleet or UNKNOWN,
        "team": short.team or UNKNOWN,
        "origin": short.origin,
        "note": facts.origin_note(short.origin),
        "reasons": list(short.reasons),
        "worst": _seen(known.worst) if known.worst else None,
        "first": [_seen(one) for one in known.first],
        "change": _change(known.change) if known.change else None,
        "cost": {"usd_per_hour": cost.usd_per_hour, "basis": cost.basis},
        "url": context.permalink(incident),
        "runbook": context.runbook(short),
        "silence": facts.silence_command(short),
        "shortened": not is_short(notice, short),
        "incident": {
            "id": incident.id,
            "name": incident.name,
            "title": incident.title,
            "scope": incident.scope,
            "severity": incident.severity,
            "state": incident.state,
            "since": iso(incident.since),
            "until": iso(incident.until),
            "series_count": incident.series_count,
        },
    }


def attributes(notice: Notice) -> dict[str, str]:
    """What SNS subscriptions filter by: policies compare case by case, so everything is lower case."""
    kind, fleet, team = words(notice)
    return {
        "severity": notice.incident.severity,
        "state": notice.incident.state,
        "kind": kind.lower() or UNKNOWN,
        "fleet": fleet.lower() or UNKNOWN,
        "team": team.lower() or UNKNOWN,
        "dedup_key": notice.dedup_key,
        "schema_version": str(SCHEMA_VERSION),
    }


def _aligned(found: Iterator[facts.Fact]) -> list[str]:
    return [f"{one.label + ':':<{_LABEL}}{printable(one.text)}" for one in found]


def _seen(one: Seen) -> dict[str, Any]:
    return {
        "series": one.series,
        "metric": one.metric,
        "unit": one.unit,
        "since": iso(one.since),
        "value": one.value,
        "expected_low": one.low,
        "expected_high": one.high,
        "seen": facts.seen(one),
        "expected": facts.expected(one),
        "reason": one.reason,
    }


def _change(one: Change) -> dict[str, str]:
    return {
        "at": iso(one.at),
        "subject": one.subject,
        "name": one.name,
        "before": one.before,
        "after": one.after,
    }
