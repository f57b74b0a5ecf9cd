"""Why somebody was, or was not, told: the whole trail of an incident, from stored facts only."""

from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.model import HOUR, iso
from reinfra.signals.wording import duration, quantity
from reinfra.store import Store, anomalies, decisions, incidents, inventory, outbox
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.decisions import Decided
from reinfra.store.incidents import Recorded, StoredIncident
from reinfra.store.inventory import Changed
from reinfra.store.outbox import Delivery, Message

_BEFORE = 6 * HOUR


@dataclass(frozen=True, slots=True)
class Trail:
    """What was strange, what was decided and why, who was told, what changed there from six hours before on."""

    incident: StoredIncident
    anomalies: tuple[StoredAnomaly, ...]
    timeline: tuple[Recorded, ...]
    messages: tuple[Message, ...]
    changes: tuple[Changed, ...] = ()
    decisions: tuple[Decided, ...] = ()


def trail(store: Store, incident_id: int) -> Trail:
    """Raises InputError where there is no such incident."""
    with store.reading() as connection:
        incident = incidents.get(connection, incident_id)
        found = anomalies.of_incident(connection, incident_id)
        changed = inventory.changes(connection, incident.since - _BEFORE, incident.until + 1)
        return Trail(
            incident,
            tuple(found),
            tuple(incidents.transitions(connection, incident_id)),
            tuple(outbox.of_incident(connection, incident_id)),
            tuple(inventory.near(changed, (one.found.key.labels for one in found))),
            tuple(decisions.of_incident(connection, incident_id)),
        )


def lines(found: Trail) -> Iterator[str]:
    """The trail for a terminal."""
    incident = found.incident
    yield f"{incident.name} {incident.severity} {incident.state}: {incident.title}"
    yield f"  {incident.scope}, {iso(incident.since)} to {iso(incident.until)}, {incident.origin} data"
    yield from _grouped(found)
    yield from (f"  changed   {_changed(one, incident.since)}" for one in found.changes)
    yield from (f"  found     {_found(one)}" for one in found.anomalies)
    yield from (f"  happened  {_happened(one)}" for one in found.timeline)
    yield from (f"  decided   {_decided(one)}" for one in found.decisions)
    yield from (f"  told      {_told(one)}" for one in found.messages)
    if not found.messages:
        why = "see what was decided" if found.decisions else "no channel was configured then"
        yield f"  told      nobody: {why}"


def _grouped(found: Trail) -> Iterator[str]:
    """What belongs together here, and what routes see of it."""
    incident = found.incident
    hosts = {one.found.key.label("host.name") for one in found.anomalies} - {""}
    many = "anomaly" if len(found.anomalies) == 1 else "anomalies"
    count = f"{len(found.anomalies)} {many} of {incident.series_count} series"
    several = f" on {len(hosts)} hosts" if len(hosts) > 1 else ""
    yield f"  grouped   {count}{several}, as {incident.scope}"
    if incident.merged_into is not None:
        yield f"  grouped   merged into INC-{incident.merged_into}"
    shown = ", ".join(f'{name}="{value}"' for name, value in incident.labels)
    yield f"  labels    {shown}"


def _decided(one: Decided) -> str:
    who = one.receiver or "nobody"
    again = f", looked at again {iso(one.until)}" if one.until is not None else ""
    by = f" [{one.route}]" if one.route and one.route not in one.why else ""
    return f"{iso(one.at)} {who} of {one.number}: {one.verdict}, {one.why}{again}{by}"


def _found(one: StoredAnomaly) -> str:
    found = one.found
    over = f"score {quantity(found.score, '1')} over threshold {quantity(found.threshold, '1')}"
    return f"{iso(found.since)} {found.key} by {found.detector}, {over}: {found.reason}"


def _changed(one: Changed, since: int) -> str:
    side = "before" if one.at <= since else "after it began"
    when = f"{iso(one.at)} ({duration(abs(since - one.at))} {side})"
    about = ", ".join(value for _, value in one.subject)
    return f"{when} {one.name} of {about}: {one.before} became {one.after}"


def _happened(one: Recorded) -> str:
    return " ".join(filter(None, (iso(one.at), one.kind, f"by {one.by}", one.comment)))


def _told(one: Message) -> str:
    head = f"{one.channel} of {one.notice.dedup_key} {one.notice.transition}"
    if one.state is Delivery.SENT:
        tries = f", try {one.attempts}" if one.attempts > 1 else ""
        return f"{head}: sent {iso(one.sent_at or 0)}{tries}"
    tries = f"after {one.attempts} tries ({one.last_error})" if one.attempts else "not tried yet"
    if one.state is Delivery.DEAD:
        return f"{head}: given up {tries}"
    return f"{head}: waiting until {iso(one.next_attempt_at)}, {tries}"
