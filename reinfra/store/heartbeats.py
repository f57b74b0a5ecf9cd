"""Signs of life of the loops: collect, detect, relay. Who stops giving them is noticed by who still lives."""

import os
import socket
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from reinfra import __version__
from reinfra.model import SECOND
from reinfra.store.schema import heartbeat
from reinfra.store.upsert import upsert

_SHARE = 0.2  # of a new gap in what is learned of a rhythm
_LEAST = 30.0  # s; what comes faster was run by hand: no scheduler does
_MOST = 10.0  # times its rhythm; a longer gap was an outage
KNOWN_AFTER = 5
"""Beats after which a rhythm that nobody stated is taken for one."""


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of a loop on a host, and the seconds between two (None: not known).

    `stated` says that the loop knows its rhythm; else it was learned from beat to beat.
    """

    loop: str
    host: str
    at: int
    every: float | None
    stated: bool
    beats: int
    pid: int
    version: str
    note: str = ""


def beat(
    connection: Connection, loop: str, now: int, *, every: float | None = None, note: str = ""
) -> None:
    """Say that `loop` lives on this host. `every` is its rhythm in s; None learns it from beat to beat."""
    host = socket.gethostname()
    mine = (heartbeat.c.loop == loop) & (heartbeat.c.host == host)
    row = connection.execute(select(heartbeat).where(mine)).first()
    before = _beat(row) if row else None
    rhythm = learned(before, now) if every is None else every
    beats = before.beats + 1 if before else 1
    values = {"at": now, "every": rhythm, "stated": every is not None, "beats": beats}
    who = {"loop": loop, "host": host, "version": __version__, "pid": os.getpid()}
    upsert(connection, heartbeat, [{**who, **values, "note": note[:500]}])


def learned(before: Beat | None, now: int) -> float | None:
    """The usual gap between beats in s, as it is after this one; None while there is none."""
    if before is None:
        return None
    gap = (now - before.at) / SECOND
    if gap < _LEAST:
        return before.every
    if before.every is None:
        return gap
    return before.every + _SHARE * (min(gap, _MOST * before.every) - before.every)


def listing(connection: Connection) -> list[Beat]:
    """The last beat of every loop on every host."""
    query = select(heartbeat).order_by(heartbeat.c.loop, heartbeat.c.host)
    return [_beat(row) for row in connection.execute(query)]


def forget(connection: Connection, host: str) -> int:
    """Expect nothing more of a host that is gone. Returns how many loops it had."""
    return connection.execute(delete(heartbeat).where(heartbeat.c.host == host)).rowcount


def _beat(row: Any) -> Beat:  # noqa: ANN401 - a row of a select has no narrower type
    return Beat(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
