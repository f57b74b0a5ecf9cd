"""A run on many hosts: each claims items from PostgreSQL, and a dead one's are claimed again."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from reinfra.batch.attempt import LostError, attempted
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.parcels import packed_item, packed_result, unpacked_item, unpacked_result
from reinfra.batch.task import Task
from reinfra.batch.work import work
from reinfra.errors import InputError
from reinfra.model import Clock, random_id
from reinfra.store import Selector, Store, Stored, leases

_WAIT_S = 0.2


def shared(
    store: Store, task: Task, items: Sequence[Item], run_id: str, clock: Clock
) -> Iterator[Evaluation]:
    """Offer all items, work on them beside whoever else does, and give what each came to."""
    _require_postgresql(store)
    with store.writing() as connection:
        leases.offer(connection, run_id, [packed_item(task, item) for item in items])
    series = {one.id: one for item in items for one in item.series}
    while True:
        help_out(store, clock, series)
        with store.reading() as connection:
            if not leases.left(connection, run_id):
                break
        time.sleep(_WAIT_S)  # others are at the last ones; what a dead one had comes free in time
    with store.writing() as connection:
        results = leases.results(connection, run_id)
        leases.clear(connection, run_id)
    yield from (unpacked_result(result, series) for result in results)


def help_out(
    store: Store,
    clock: Clock,
    series: Mapping[int, Stored] | None = None,
    *,
    died: Callable[[], bool] = lambda: False,
) -> int:
    """Work on items of a run under way until there is none to claim. Returns how many were done here."""
    _require_postgresql(store)
    owner, done = f"{socket.gethostname()}-{random_id()}", 0
    while True:
        with store.writing() as connection:
            mine = leases.claim(connection, owner, clock())
        if mine is None or died():
            return done
        known = series or {one.id: one for one in store.series(Selector())}
        done += _done(store, mine, known)


def _done(store: Store, mine: leases.Claim, known: Mapping[int, Stored]) -> bool:
    task, item = unpacked_item(mine.payload, known)

    def finish(connection: Connection, found: Evaluation) -> None:
        if not leases.finish(connection, mine, packed_result(found)):
            raise LostError("an item was lost to another worker")

    try:
        found = attempted(
            item.detector, item.series, lambda: work(store, store, task, item, finish)
        )
        if found.failed:
            with store.writing() as connection:
                finish(connection, found)
    except LostError:
        return False
    return True


def _require_postgresql(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        raise InputError(
            "hosts can share a run on PostgreSQL only",
            where="database.url",
            todo="Use --workers on one host.",
        )
