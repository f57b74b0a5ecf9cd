"""Retention: what is older than its level allows goes, block by block, in short transactions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, delete, select, update

from reinfra.model import DAY
from reinfra.store import catalogue, ledger
from reinfra.store.columns import BLOCK, GROUP
from reinfra.store.lock import only_one
from reinfra.store.notes import Recent
from reinfra.store.policies import Policy, stated
from reinfra.store.rollups import COARSE, FINE, rebuilt
from reinfra.store.seal import UPKEEP
from reinfra.store.selector import Selector
from reinfra.store.store import Store
from reinfra.store.tables import batch, chunk, rollup, series, time_vector
from reinfra.store.upsert import upsert

_REPLAYS = 2 * DAY
"""How long a replayed batch is known: longer than a live source may be late."""
_SERIES = 4 * GROUP  # whose chunks of one block are deleted in one transaction


@dataclass(slots=True)
class Retained:
    """What one run deleted. `rolled_up` groups of a block got their 5-minute rollup before.

    `ended` absences, facts and answers were too old.
    """

    chunks: int = 0
    rollups: int = 0
    rolled_up: int = 0
    ended: int = 0


def retain(store: Store) -> Retained:
    """Delete what is too old. Raises LockedError if another process seals or retains."""
    done = Retained()
    now = store.clock()
    with only_one(store.engine, UPKEEP):
        with store.reading() as connection:
            rules = [one.policy for one in stated(connection)]
            ids = _by_policy(connection, rules)
        for rule, mine in zip(rules, ids, strict=True):
            _raw(store, mine, (now - rule.raw_days * DAY) // BLOCK, done)
        fine = now - max(rule.five_minute_days for rule in rules) * DAY
        coarse = now - max(rule.hour_days for rule in rules) * DAY
        with store.writing() as connection:
            done.rollups += _rollups(connection, FINE, fine // BLOCK)
            done.rollups += _rollups(connection, COARSE, coarse // BLOCK)
            connection.execute(delete(batch).where(batch.c.written_at < now - _REPLAYS))
            connection.execute(_ORPHANS)
            done.ended = ledger.expire(connection, now)
    return done


def _by_policy(connection: Connection, rules: list[Policy]) -> list[list[int]]:
    """The ids that each policy decides for: the first that matches."""
    found: list[list[int]] = [[] for _ in rules]
    for one in catalogue.find(connection, Selector(), Recent()):
        first = next(i for i, rule in enumerate(rules) if rule.selector.matches(one.key))
        found[first].append(one.id)
    return found


def _raw(store: Store, ids: list[int], before: int, done: Retained) -> None:
    """Roll up and delete the chunks of these series in blocks before that one."""
    if not ids:
        return
    query = select(chunk.c.block).where(chunk.c.block < before).distinct().order_by(chunk.c.block)
    with store.reading() as connection:
        blocks = connection.execute(query).scalars().all()
    if blocks:
        for part in _parts(ids):  # the first block that stays: its counters rise from what goes now
            _roll_up(store, before, part, done)
    for block in blocks:
        for part in _parts(ids):
            _roll_up(store, block, part, done)
            with store.writing() as connection:
                these = (chunk.c.block == block) & chunk.c.series_id.in_(part)
                done.chunks += connection.execute(delete(chunk).where(these)).rowcount
    with store.writing() as connection:
        for part in _parts(ids):
            early = series.c.id.in_(part) & (series.c.first_at < before * BLOCK)
            later = early & (series.c.last_at >= before * BLOCK)
            connection.execute(update(series).where(later).values(first_at=before * BLOCK))


def _roll_up(store: Store, block: int, ids: list[int], done: Retained) -> None:
    """Write the 5-minute rollups of the groups that these series have chunks in."""
    with store.reading() as connection:
        these = (chunk.c.block == block) & chunk.c.series_id.in_(ids)
        there = connection.execute(select(chunk.c.series_id).where(these)).scalars().all()
    groups = np.unique(np.array(there, np.int64) // GROUP).tolist()
    rows = [rebuilt(store, block, group, FINE) for group in groups]
    if rows:
        with store.writing() as connection:
            upsert(connection, rollup, rows)
    done.rolled_up += len(rows)


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _SERIES):
        yield ids[start : start + _SERIES]


def _rollups(connection: Connection, step: int, before: int) -> int:
    these = (rollup.c.step == step) & (rollup.c.block < before)
    return connection.execute(delete(rollup).where(these)).rowcount


_ORPHANS = delete(time_vector).where(
    ~select(chunk.c.block)
    .where(chunk.c.block == time_vector.c.block, chunk.c.time_id == time_vector.c.id)
    .exists()
)
