"""How much of everything there is: for the probes and the coverage page."""

from dataclasses import dataclass

from sqlalchemy import Connection

from reinfra.store import backlog, incidents, sources
from reinfra.store.outbox import Delivery
from reinfra.store.sources import SourceState

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Counts:
    """`incidents` and `outbox` are by state; only unresolved incidents are counted."""

    sources: tuple[SourceState, ...]
    incidents: dict[str, int]
    outbox: dict[str, int]


def take(connection: Connection) -> Counts:
    unresolved = incidents.listing(connection, states=incidents.UNRESOLVED, limit=_MOST)
    channels = backlog.counts(connection).values()
    return Counts(
        tuple(sources.listing(connection)),
        {state: sum(one.state is state for one in unresolved) for state in incidents.UNRESOLVED},
        {
            state: sum(getattr(channel, state) for channel in channels)
            for state in (Delivery.PENDING, Delivery.SENT, Delivery.DEAD)
        },
    )
