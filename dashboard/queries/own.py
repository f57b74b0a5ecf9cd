"""How reinfra itself is doing: its last ended run, its loops, and what waits in its outbox."""

from dataclasses import dataclass

from sqlalchemy import Connection

from reinfra.store import backlog, heartbeats, runs
from reinfra.store.heartbeats import Beat
from reinfra.store.runs import Run

_LATELY = 20


@dataclass(frozen=True, slots=True)
class Own:
    """`waiting` is by channel when its oldest waiting message was written, None where none waits."""

    last: Run | None
    beats: tuple[Beat, ...]
    waiting: dict[str, int | None]


def take(connection: Connection) -> Own:
    ended = (one for one in runs.latest(connection, _LATELY, "detect") if one.ended_at is not None)
    waiting = {name: one.oldest_pending_at for name, one in backlog.counts(connection).items()}
    return Own(next(ended, None), tuple(heartbeats.listing(connection)), waiting)
