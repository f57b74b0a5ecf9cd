"""Backtests on record, so that a page can list what was tried before a setting was changed."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from reinfra.store.backtest_tables import backtest

KEPT = 500
"""So many are kept, the latest."""


@dataclass(frozen=True, slots=True)
class StoredBacktest:
    """A replay of [since, until) made at `at`. `settings` is a digest: of equal ones it is equal.

    `kind` is compare, inject or feedback; `figures` is what the command printed, as JSON has it.
    """

    id: str
    kind: str
    at: int
    since: int
    until: int
    settings: str
    version: str
    figures: Any


def save(connection: Connection, made: StoredBacktest) -> None:
    """Put a backtest on record; of too many the oldest go."""
    row = {name: getattr(made, name) for name in StoredBacktest.__dataclass_fields__}
    connection.execute(insert(backtest).values(row | {"figures": json.dumps(made.figures)}))
    kept = select(backtest.c.id).order_by(backtest.c.at.desc(), backtest.c.id).limit(KEPT)
    connection.execute(delete(backtest).where(backtest.c.id.not_in(kept)))


def listing(connection: Connection, limit: int = 50) -> list[StoredBacktest]:
    """The latest, newest first."""
    rows = connection.execute(
        select(backtest).order_by(backtest.c.at.desc(), backtest.c.id).limit(limit)
    ).mappings()
    return [StoredBacktest(**dict(row) | {"figures": json.loads(row["figures"])}) for row in rows]
