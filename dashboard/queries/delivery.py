"""Who would be told of what, what keeps them from it, and what became of the messages."""

from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.alerts.routing.policy import Policy
from reinfra.alerts.routing.routes import Route
from reinfra.alerts.routing.trial import Tried, tried
from reinfra.alerts.why import lines, trail
from reinfra.batch.whynot import asked
from reinfra.config import Settings
from reinfra.config.instants import instant
from reinfra.model import InputError
from reinfra.store import SampleStore, Selector, Store, backlog, outbox, silences
from reinfra.store.backlog import Counts
from reinfra.store.incidents import parse_id
from reinfra.store.outbox import Delivery, Message
from reinfra.store.silences import Silence

MOST = 100


@dataclass(frozen=True, slots=True)
class Outbox:
    """How each receiver stands, and the latest messages in each state, newest first."""

    counts: dict[str, Counts]
    messages: tuple[Message, ...]


def held(store: Store, now: int, *, expired: bool = False) -> tuple[Silence, ...]:
    """Silences that hold or will; with `expired` those that are over too."""
    with store.reading() as connection:
        return tuple(silences.listing(connection, now, expired=expired))


def messages(store: Store, state: Delivery) -> Outbox:
    with store.reading() as connection:
        there = outbox.listing(connection, state, MOST)
        return Outbox(backlog.counts(connection), tuple(there))


def routes(settings: Settings) -> tuple[tuple[int, Route], ...]:
    """The tree of routes, each with how deep it lies."""
    return tuple(_walk(Policy.of(settings).root, 0))


def trial(store: Store, settings: Settings, text: str, now: int) -> tuple[Tried, ...]:
    """Who would be told of labels, one a line. Raises InputError."""
    return tuple(tried(store, settings, labels(text), now))


def labels(text: str) -> dict[str, str]:
    """severity=critical, one a line. Raises InputError."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, value = line.partition("=")
        if not (name.strip() and sign):
            raise InputError(f"not a label: {line[:60]!r}", todo="Write severity=critical.")
        found[name.strip()] = value.strip().strip('"')
    return found


def why(store: Store, samples: SampleStore, settings: Settings, name: str) -> tuple[str, ...]:
    """The trail of INC-7, or of SERIES@TIME, a line each. Raises InputError."""
    if "@" not in name:
        return tuple(lines(trail(store, parse_id(name))))
    series, _, time = name.rpartition("@")
    at = instant(time.strip(), "TIME", store.clock()) or 0
    found = asked(store, samples, Selector.parse(series.strip()), at, settings.detect)
    said: list[str] = []
    for one in found:
        said += [one.series, *(f"  {line}" for line in one.said)]
        for incident_id in one.incidents:
            said += lines(trail(store, incident_id))
    return tuple(said)


def _walk(route: Route, depth: int) -> Iterator[tuple[int, Route]]:
    yield depth, route
    for below in route.routes:
        yield from _walk(below, depth + 1)
