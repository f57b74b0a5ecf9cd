"""The history of batch runs. One that died shows as a row that never ended."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from reinfra.model import ExitCode
from reinfra.store.schema import run


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a batch over [since, until). `exit_code` and `ended_at` are None until it ends."""

    id: str
    kind: str
    started_at: int
    since: int
    until: int
    version: str
    host: str
    ended_at: int | None = None
    exit_code: int | None = None
    series: int = 0
    anomalies: int = 0
    error: str | None = None


def begin(connection: Connection, started: Run) -> None:
    """Record that a run has begun."""
    columns = ("id", "kind", "started_at", "since", "until", "version", "host")
    values = {name: getattr(started, name) for name in columns}
    connection.execute(insert(run).values(**values, series=0, anomalies=0))


def end(
    connection: Connection,
    run_id: str,
    ended_at: int,
    code: ExitCode,
    *,
    series: int = 0,
    anomalies: int = 0,
    error: str | None = None,
) -> None:
    """Record how a run ended."""
    values = {"ended_at": ended_at, "exit_code": int(code), "series": series}
    changed = update(run).where(run.c.id == run_id)
    connection.execute(changed.values(**values, anomalies=anomalies, error=error))


def completed_until(connection: Connection, kind: str) -> int | None:
    """Where the last completed run of this kind stopped: the next one goes on from there."""
    done = select(run.c.until).where(run.c.kind == kind, run.c.exit_code == int(ExitCode.OK))
    return connection.execute(done.order_by(run.c.until.desc()).limit(1)).scalar()


def latest(connection: Connection, limit: int = 50) -> list[Run]:
    """The latest runs, newest first."""
    rows = connection.execute(select(run).order_by(run.c.started_at.desc()).limit(limit))
    return [_run(row) for row in rows]


def _run(row: Any) -> Run:  # noqa: ANN401
    return Run(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
