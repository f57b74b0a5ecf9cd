"""One item of a detector that keeps no state; of those of one run a day it is known how far they came."""

import hashlib

from sqlalchemy import Connection

from detectors.calibration.clock import WINDOW_DAYS
from detectors.flagging import Flagging
from reinfra.batch.continued import merged
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item, made
from reinfra.batch.openings import latest
from reinfra.batch.task import Task
from reinfra.batch.whole import Look
from reinfra.model import DAY, SECOND
from reinfra.store import SampleStore, Store, states
from reinfra.store.acknowledged import stretches
from reinfra.store.states import State

_EMPTY = b""


def look(samples: SampleStore, store: Store, task: Task, item: Item, into: Evaluation) -> Look:
    """Search one item. What goes on since the last run is found with what was known of it; ids are the store's."""
    ids = {one.id: task.ids.get(one.id, one.id) for one in item.series}
    with store.reading() as connection:
        known = _known(connection, task, item, list(ids.values()))
        earliest = task.window.since - item.history - WINDOW_DAYS * DAY
        real = stretches(connection, list(ids.values()), earliest)
    here = Look(
        samples,
        task,
        item,
        {one: known[id_] for one, id_ in ids.items() if id_ in known},
        {one: real[id_] for one, id_ in ids.items() if id_ in real},
    )
    here.into(into)
    into.found = {ids[one]: found for one, found in into.found.items()}
    if known:
        quiet = round(task.settings.quiet * SECOND)
        flagging = Flagging.of(item.series[0].key.metric, quiet, task.settings.override)
        recovery = flagging.on_grid(item.step).recovery
        before = latest(store, task, item.detector, min(known.values()) - recovery)
        into.found = merged(before, into.found, recovery)
    return here


def keep(connection: Connection, task: Task, here: Look) -> None:
    """Remember how far the series have been searched."""
    item = here.item
    if not (item.history and task.goes_on):
        return
    digest = _digest(task, item)
    after = [
        State(task.ids.get(one.id, one.id), here.end, 0, digest, _EMPTY, None, _EMPTY)
        for one in here.new()
    ]
    states.save(connection, item.detector, after, deep=True)


def _known(connection: Connection, task: Task, item: Item, ids: list[int]) -> dict[int, int]:
    if not (item.history and task.goes_on):
        return {}
    digest = _digest(task, item)
    known = states.load(connection, item.detector, ids)
    return {id_: one.until for id_, one in known.items() if one.settings == digest}


def _digest(task: Task, item: Item) -> bytes:
    """Of everything that decides what is found."""
    rate = task.settings.false_alarms, task.settings.quiet
    parts = (made(item.detector, task.settings), item.step, item.history, rate)
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
