"""The dead man's switch: a loop that gives no sign of life becomes an incident, which resolves when it is back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from reinfra.config.deadman import DeadmanSettings
from reinfra.model import SECOND, IncidentState, Origin, Severity, Transition, iso
from reinfra.signals.wording import duration
from reinfra.store import Store, heartbeats, incidents
from reinfra.store.heartbeats import KNOWN_AFTER, Beat
from reinfra.store.incidents import Announce, Change, Event, StoredIncident

LOOPS = ("collect", "detect", "relay")
_PER_HOST = ("collect", "up")  # others do the work of any host
_SCOPE = "reinfra "
_DOES = {
    "collect": "nothing is collected",
    "detect": "nothing is searched",
    "relay": "no message is sent",
    "up": "the parts that it runs are not restarted",
}


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a loop stands. `limit` is how old its last sign of life may be, in ms; None: no rhythm is known."""

    loop: str
    host: str
    at: int
    limit: int | None
    stopped: bool
    note: str = ""

    @property
    def scope(self) -> str:
        """Of its incident: a loop that any host may do has one for all of them."""
        return (
            f"{_SCOPE}{self.loop} on {self.host}"
            if self.loop in _PER_HOST
            else f"{_SCOPE}{self.loop}"
        )

    def said(self, now: int) -> str:
        """One line for a person."""
        age = duration(max(0, now - self.at))
        note = f" ({self.note})" if self.note else ""
        last = f"{self.loop} on {self.host}: last sign of life {age} ago{note}"
        if self.limit is None:
            return f"{last}; no rhythm is known yet"
        state = "has stopped" if self.stopped else "lives"
        return f"{last}, at most {duration(self.limit)} expected: {state}"


def pulses(beats: Iterable[Beat], settings: DeadmanSettings, now: int) -> list[Pulse]:
    """How each loop stands: by its latest beat, of each host where the work is a host's own."""
    latest: dict[tuple[str, str], Beat] = {}
    for one in beats:
        key = one.loop, one.host if one.loop in _PER_HOST else ""
        if key not in latest or latest[key].at < one.at:
            latest[key] = one
    return [_pulse(one, settings, now) for one in latest.values()]


def look(store: Store, settings: DeadmanSettings, now: int) -> list[Pulse]:
    """How each loop stands by what the database knows."""
    with store.reading() as connection:
        return pulses(heartbeats.listing(connection), settings, now)


def watch(
    store: Store,
    settings: DeadmanSettings,
    now: int,
    *,
    channels: Sequence[str] = (),
    announce: Announce | None = None,
) -> list[StoredIncident]:
    """Open an incident for each loop that has stopped, resolve those of loops that are back. Returns what changed.

    Any number may watch at once; each change is made once. Where nothing changed nothing is written.
    """
    with store.reading() as connection:
        if not list(_changes(connection, settings, now)):
            return []
    with store.writing() as connection:
        incidents.lock_grouping(connection)
        changes = list(_changes(connection, settings, now))
        return incidents.apply(connection, changes, now=now, channels=channels, announce=announce)


def _changes(connection: Connection, settings: DeadmanSettings, now: int) -> Iterator[Change]:
    there = pulses(heartbeats.listing(connection), settings, now)
    ours = incidents.listing(connection, states=incidents.UNRESOLVED, limit=10_000)
    unresolved = {one.scope: one for one in ours if one.scope.startswith(_SCOPE)}
    for one in there:
        before = unresolved.pop(one.scope, None)
        if one.stopped and before is None:
            yield _opened(one, now)
        elif before is not None and not one.stopped:
            yield _resolved(before, f"{one.loop} on {one.host} gives signs of life again", now)
    for gone in unresolved.values():
        yield _resolved(gone, "its host is no longer expected", now)


def _opened(one: Pulse, now: int) -> Change:
    where = f" on {one.host}" if one.loop in _PER_HOST else ""
    reason = f"{one.said(now)}; {_DOES.get(one.loop, 'it does nothing')} (since {iso(one.at)})."
    wanted = StoredIncident(
        id=0,
        scope=one.scope,
        title=f"reinfra {one.loop} has stopped{where}",
        severity=Severity.CRITICAL,
        state=IncidentState.OPEN,
        since=one.at,
        until=now,
        series_count=0,
        origin=Origin.LIVE,
        labels=(("loop", one.loop), ("host.name", one.host), ("kind", "reinfra")),
    )
    todo = f"Look at its log on {one.host}, and at `reinfra runs list`."
    event = Event(Transition.OPENED, "no sign of life", (reason, todo))
    return Change(wanted, None, events=(event,))


def _resolved(before: StoredIncident, why: str, now: int) -> Change:
    wanted = replace(before, state=IncidentState.RESOLVED, until=now)
    return Change(wanted, before.state, events=(Event(Transition.RESOLVED, why),))


def _pulse(one: Beat, settings: DeadmanSettings, now: int) -> Pulse:
    stated = getattr(settings, one.loop, 0.0)
    known = one.stated or one.beats >= KNOWN_AFTER
    every = stated or (one.every if known else None)
    if not every:
        return Pulse(one.loop, one.host, one.at, None, stopped=False, note=one.note)
    limit = round(max(settings.after * every, settings.least) * SECOND)
    stopped = now - one.at > limit
    return Pulse(one.loop, one.host, one.at, limit, stopped=stopped, note=one.note)
