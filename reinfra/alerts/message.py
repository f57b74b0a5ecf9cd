"""What an alert says: a subject, a mail, a document for machines, and attributes to filter by."""

import unicodedata
from dataclasses import replace
from typing import Any

from reinfra.model import IncidentState, Origin, Severity, Transition, iso
from reinfra.store.notice import Notice

SCHEMA_VERSION = 1
"""Of `document`; raised when a field changes its meaning or goes away."""

SUBJECT_LIMIT = 99  # Amazon SNS: "less than 100 characters long"
_SCOPE_LIMIT, _TITLE_LIMIT, _REASON_LIMIT, _REASONS = 300, 500, 1_000, 10
_TAGS = {Severity.CRITICAL: "CRIT", Severity.WARNING: "WARN", Severity.INFO: "INFO"}
_DONE = {Transition.RESOLVED: "RESOLVED", Transition.ACKNOWLEDGED: "ACK"}
_ORIGINS = {
    Origin.RECORDED: "recorded data, times shifted",
    Origin.SIMULATED: "simulated data, no real system is affected",
}


def clipped(notice: Notice) -> Notice:
    """The notice with its free texts cut to a length that every channel takes, and marked where they are."""
    incident = replace(
        notice.incident,
        title=_cut(notice.incident.title, _TITLE_LIMIT),
        scope=_cut(notice.incident.scope, _SCOPE_LIMIT),
    )
    reasons = tuple(_cut(reason, _REASON_LIMIT) for reason in notice.reasons[:_REASONS])
    return replace(notice, incident=incident, reasons=reasons)


def subject(notice: Notice) -> str:
    """[CRIT] CPU utilization 98 % on i-53ea38, expected 35 % to 47 % INC-7: ASCII, one line, short."""
    tag = _DONE.get(notice.transition, _TAGS[notice.incident.severity])
    name = notice.incident.name
    room = SUBJECT_LIMIT - len(f"[{tag}]  {name}")
    return f"[{tag}] {_cut(_ascii(notice.incident.title), room)} {name}"


def text(notice: Notice, dashboard_url: str = "") -> str:
    """The mail: what, where, since when and how bad in the first line; then the evidence, then what to do."""
    short = clipped(notice)
    name = short.incident.name
    lines = [_first_line(short), "", *_told(short)]
    if dashboard_url:
        lines.append(f"Look:        {_permalink(short, dashboard_url)}")
    lines.append(f"Why:         reinfra alerts why {name}")
    if short.incident.state is IncidentState.OPEN:
        lines.append(f"Acknowledge: reinfra alerts ack {name}")
    lines.append("")
    if note(short):
        lines.append(f"Note: {note(short)}.")
    lines.append(f"A repeat of this message carries the same key: {short.dedup_key}")
    return "\n".join(lines)


def document(notice: Notice, dashboard_url: str = "") -> dict[str, Any]:
    """The same for machines. Times are UTC, as RFC 3339 writes them."""
    short = clipped(notice)
    incident = short.incident
    return {
        "schema_version": SCHEMA_VERSION,
        "dedup_key": short.dedup_key,
        "transition": short.transition,
        "number": short.number,
        "at": iso(short.at),
        "kind": short.kind,
        "fleet": short.fleet,
        "team": short.team,
        "origin": short.origin,
        "note": note(short),
        "reasons": list(short.reasons),
        "url": _permalink(short, dashboard_url) if dashboard_url else "",
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
    return {
        "severity": notice.incident.severity,
        "state": notice.incident.state,
        "kind": notice.kind,
        "fleet": notice.fleet,
        "team": notice.team,
        "dedup_key": notice.dedup_key,
        "schema_version": str(SCHEMA_VERSION),
    }


def note(notice: Notice) -> str:
    """What must be said of where the numbers come from; empty for a live system."""
    return _ORIGINS.get(Origin(notice.origin), "")


def _first_line(notice: Notice) -> str:
    incident = notice.incident
    what = f"{incident.severity.upper()} {notice.transition}: {incident.title}"
    when = f"since {iso(incident.since)}, last seen {iso(incident.until)}"
    return f"{what}. Where: {incident.scope}, {when}."


def _told(notice: Notice) -> list[str]:
    if not notice.reasons:
        return []
    told = notice.transition in {Transition.OPENED, Transition.ESCALATED}
    lines = ["First to move:"] if told else []
    return [*lines, *(f"  {_printable(reason)}" for reason in notice.reasons), ""]


def _permalink(notice: Notice, dashboard_url: str) -> str:
    return f"{dashboard_url.rstrip('/')}/incident?id={notice.incident.id}"


def _ascii(line: str) -> str:
    """Accents go, signs without an ASCII form become a question mark, and white space becomes one space."""
    plain = unicodedata.normalize("NFKD", line.replace("°", "deg ").replace("µ", "u"))
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _printable(kept.encode("ascii", "replace").decode())


def _printable(line: str) -> str:
    """One line without control characters, which SQS refuses and mail mangles."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())


def _cut(line: str, limit: int) -> str:
    short = _printable(line)
    return short if len(short) <= limit else f"{short[: limit - 3].rstrip()}..."
