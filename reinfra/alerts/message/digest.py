"""Many messages in one: how many more there are, and which incidents are the gravest."""

from typing import Any

from reinfra.alerts.message.alert import SCHEMA_VERSION, SUBJECT_LIMIT
from reinfra.alerts.message.context import Context
from reinfra.alerts.message.facts import TAGS, origin_note
from reinfra.alerts.message.hygiene import ascii_line, cut
from reinfra.model import Incident, IncidentState, iso
from reinfra.store.digests import Digest
from reinfra.store.notice import SEVERAL

_LINE = 200


def subject(digest: Digest) -> str:
    """[CRIT] 12 more alerts about 9 incidents, the gravest INC-7 ..."""
    tag, worst = TAGS[digest.severity], digest.incidents[0]
    line = f"[{tag}] {headline(digest)}, the gravest {worst.name} {ascii_line(worst.title)}"
    return cut(line, SUBJECT_LIMIT)


def headline(digest: Digest) -> str:
    """12 more alerts about 9 incidents."""
    alerts = "1 more alert" if digest.messages == 1 else f"{digest.messages:,} more alerts"
    many = digest.incident_count
    return f"{alerts} about {'1 incident' if many == 1 else f'{many:,} incidents'}"


def text(digest: Digest, context: Context) -> str:
    lines = [
        f"{headline(digest)} since {iso(digest.at)}: more than this receiver takes one by one.",
        "",
        *(f"  {line(one)}" for one in digest.incidents),
    ]
    if left := digest.incident_count - len(digest.incidents):
        lines.append(f"  and {left:,} more")
    lines += ["", "The gravest first, as they are now."]
    if link := context.overview():
        lines.append(f"Look:        {link}")
    lines += ["List:        reinfra alerts list --all", ""]
    if note := origin_note(digest.origin):
        lines.append(f"Note: {note}.")
    lines.append(f"A repeat of this message carries the same key: {digest.dedup_key}")
    return "\n".join(lines)


def line(one: Incident) -> str:
    """INC-7 critical open since 2026-11-21T08:00:00Z: ..."""
    about = f"{one.name} {one.severity} {one.state} since {iso(one.since)}"
    return cut(f"{about}: {one.title} ({one.scope})", _LINE)


def document(digest: Digest, context: Context) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "type": "digest",
        "dedup_key": digest.dedup_key,
        "thread": digest.dedup_key,
        "at": iso(digest.at),
        "origin": digest.origin,
        "note": origin_note(digest.origin),
        "messages": digest.messages,
        "incident_count": digest.incident_count,
        "severity": digest.severity,
        "incidents": [_incident(one, context) for one in digest.incidents],
        "url": context.overview(),
    }


def attributes(digest: Digest) -> dict[str, str]:
    """A subscription that filters by state hears of a digest while any of its incidents is unresolved."""
    states = {one.state for one in digest.incidents}
    resolved = states == {IncidentState.RESOLVED}
    return {
        "severity": digest.severity,
        "state": IncidentState.RESOLVED if resolved else IncidentState.OPEN,
        "kind": "digest",
        "fleet": SEVERAL,
        "team": SEVERAL,
        "dedup_key": digest.dedup_key,
        "schema_version": str(SCHEMA_VERSION),
    }


def _incident(one: Incident, context: Context) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "title": cut(one.title, _LINE),
        "scope": cut(one.scope, _LINE),
        "severity": one.severity,
        "state": one.state,
        "since": iso(one.since),
        "url": context.permalink(one),
    }
