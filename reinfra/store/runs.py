"""The history of batch runs. One that died shows as a row that never ended."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from reinfra.errors import InputError
from reinfra.model import DAY, ExitCode
from reinfra.store.schema import run

KEPT = 90 * DAY
"""Runs that began longer ago are forgotten when another begins."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to so far. `until` is where its search ends, None before its first window is done.

    Counts of series: `scored` were judged, `warming` have too little history, of `failed` a part could not
    be searched, `stale` have no new sample. `late` counts samples. An anomaly that went on counts again.
    """

    until: int | None = None
    windows: int = 0
    series: int = 0
    scored: int = 0
    warming: int = 0
    failed: int = 0
    stale: int = 0
    late: int = 0
    anomalies: int = 0
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a batch over [since, until). `exit_code` and `ended_at` are None until it ends.

    `done_until` is where it had come when it last wrote. `seconds` is how long it took by a clock that
    nobody sets. `versions` is JSON: of the schema, and of the states of each detector.
    """

    id: str
    kind: str
    started_at: int
    since: int
    until: int
    version: str
    host: str
    ended_at: int | None = None
    exit_code: int | None = None
    done_until: int | None = None
    series: int = 0
    scored: int = 0
    warming: int = 0
    failed: int = 0
    stale: int = 0
    late: int = 0
    windows: int = 0
    anomalies: int = 0
    incidents: int = 0
    versions: str = "{}"
    pid: int | None = None
    seconds: float | None = None
    error: str | None = None

    @property
    def state(self) -> str:
        """`ended`, `running`, or `died`: it never ended, and its process is not there or a later one began."""
        if self.ended_at is not None:
            return "ended"
        if self.error is not None:
            return "died"
        here = self.host == socket.gethostname() and self.pid is not None
        return "died" if here and not _lives(self.pid or 0) else "running"


_BEGINS = (
    *("id", "kind", "started_at", "since", "until"),
    *("version", "host", "series", "versions", "pid"),
)


def begin(connection: Connection, started: Run) -> None:
    """Record that a run has begun. Earlier ones of its kind that never ended have died: two cannot run."""
    values = {name: getattr(started, name) for name in _BEGINS}
    open_ = (run.c.kind == started.kind) & run.c.ended_at.is_(None) & run.c.error.is_(None)
    connection.execute(update(run).where(open_).values(error="it died: it never ended"))
    old = (run.c.started_at < started.started_at - KEPT) & (run.c.kind == started.kind)
    connection.execute(delete(run).where(old, ~_is_last(started.kind)))
    connection.execute(insert(run).values(**values, anomalies=0))


def advance(connection: Connection, run_id: str, done: Done) -> None:
    """Record how far a run has come: whatever happens to it, the next one goes on from there."""
    values = {name: value for name, value in asdict(done).items() if name != "until"}
    changed = update(run).where(run.c.id == run_id)
    connection.execute(changed.values(**values, done_until=done.until))


def end(
    connection: Connection,
    run_id: str,
    ended_at: int,
    code: ExitCode,
    *,
    seconds: float | None = None,
    error: str | None = None,
) -> None:
    """Record how a run ended."""
    values = {"ended_at": ended_at, "exit_code": int(code), "seconds": seconds}
    changed = update(run).where(run.c.id == run_id)
    connection.execute(changed.values(**values, error=error[:500] if error else None))


def completed_until(connection: Connection, kind: str, now: int) -> int | None:
    """Where the search of this kind has come to: the next one goes on from there.

    What a clock that was ahead has searched "after" `now` does not count: it is searched when it comes.
    """
    done = run.c.done_until
    mine = (run.c.kind == kind) & (done <= now)
    return connection.execute(select(func.max(done)).where(mine)).scalar()


def latest(connection: Connection, limit: int = 50, kind: str = "") -> list[Run]:
    """The latest runs, newest first; of one kind, or of all."""
    query = select(run).order_by(run.c.started_at.desc(), run.c.id).limit(limit)
    rows = connection.execute(query.where(run.c.kind == kind) if kind else query)
    return [_run(row) for row in rows]


def get(connection: Connection, run_id: str) -> Run:
    """The run of this id, or the only one whose id begins so. Raises InputError."""
    begins = run.c.id.startswith(run_id, autoescape=True)
    rows = connection.execute(select(run).where(begins).limit(2)).all()
    exact = [row for row in rows if row.id == run_id] or rows
    if len(exact) != 1 or not run_id:
        why = "several begin so" if exact else "no run has this id"
        raise InputError(f"not a run: {run_id[:50]!r}", why=why, todo="See `reinfra runs list`.")
    return _run(exact[0])


def versions(schema: str, detectors: Mapping[str, int]) -> str:
    """What a run worked with, as its row keeps it."""
    return json.dumps({"schema": schema, "detectors": dict(detectors)}, sort_keys=True)


def _is_last(kind: str) -> ColumnElement[bool]:
    """Of all that is older, where the search has come to is still needed."""
    last = select(func.max(run.c.done_until)).where(run.c.kind == kind)
    return func.coalesce(run.c.done_until == last.scalar_subquery(), False)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


_FIELDS = {one.name for one in fields(Run)}


def _run(row: Any) -> Run:  # noqa: ANN401
    return Run(**{name: value for name, value in row._mapping.items() if name in _FIELDS})  # noqa: SLF001
