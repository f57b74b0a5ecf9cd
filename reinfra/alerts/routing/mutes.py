"""What keeps an incident from being told right now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reinfra.alerts.routing.policy import Policy
from reinfra.alerts.routing.routes import Route
from reinfra.model import iso
from reinfra.store.incidents import StoredIncident
from reinfra.store.silences import Silence


@dataclass(frozen=True, slots=True)
class Mute:
    """Why, and until when where that is known."""

    why: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What there is besides the incident: silences, and the labels of all unresolved ones by name."""

    policy: Policy
    silences: Sequence[Silence]
    others: Mapping[str, Mapping[str, str]]
    now: int


def mute(
    incident: StoredIncident,
    labels: Mapping[str, str],
    route: Route,
    around: Circumstances,
    *,
    opens: bool,
) -> Mute | None:
    """The first that holds, in Alertmanager's order: inhibited, not active, muted, silenced; then what only
    incidents have: snoozed, and for an opening flapping, if it was so before.
    """
    found = (
        *_inhibited(incident, labels, around),
        *_out_of_time(route, around),
        *_silenced(labels, around),
        *_snoozed(incident, around.now),
        *(_flapping(incident, around.now) if opens else ()),
    )
    return next(iter(found), None)


def _inhibited(
    incident: StoredIncident, labels: Mapping[str, str], around: Circumstances
) -> Iterator[Mute]:
    for rule in around.policy.inhibitions:
        for name, other in around.others.items():
            if name != incident.name and rule.holds(other, labels):
                yield Mute(f"inhibited by {name}, by {rule}")
                return


def _out_of_time(route: Route, around: Circumstances) -> Iterator[Mute]:
    active = _inside(route.active_time_intervals, around)
    if route.active_time_intervals and active is None:
        names = ", ".join(route.active_time_intervals)
        yield Mute(f"outside of the active time interval {names}")
    if muted := _inside(route.mute_time_intervals, around):
        yield Mute(f"in the mute time interval {muted}")


def _inside(names: Iterable[str], around: Circumstances) -> str | None:
    held = (name for name in names if around.policy.intervals[name].contains(around.now))
    return next(held, None)


def _silenced(labels: Mapping[str, str], around: Circumstances) -> Iterator[Mute]:
    """Of several silences the one that ends last is named: only then may it be told."""
    now = around.now
    held = [one for one in around.silences if one.mutes(labels, now)]
    for one in sorted(held, key=lambda one: (-one.ends_at, one.id))[:1]:
        known = None if one.schedule else one.ends_at
        yield Mute(f"{one.name} by {one.created_by}: {one.comment}", known)
    for window in around.policy.windows:
        if window.mutes(labels, now):
            yield Mute(f"maintenance window {window.name}")


def _snoozed(incident: StoredIncident, now: int) -> Iterator[Mute]:
    until = incident.snoozed_until
    if until is not None and now < until:
        yield Mute(f"snoozed until {iso(until)}", until)


def _flapping(incident: StoredIncident, now: int) -> Iterator[Mute]:
    until = incident.flapping_until
    if until is not None and now < until:
        yield Mute("flapping", until)
