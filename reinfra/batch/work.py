"""One item of a run, from samples to findings that are on record."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from detectors.episodes import Episodes
from detectors.flagging import Flagging
from reinfra.batch import daily
from reinfra.batch.continued import continues, joined
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item, streams
from reinfra.batch.openings import latest
from reinfra.batch.stream import Progressed, Stream
from reinfra.batch.tails import Judged
from reinfra.batch.task import Task
from reinfra.model import SECOND, Anomaly
from reinfra.store import SampleStore, Store, anomalies, states

Also = Callable[[Connection, Evaluation], None]
"""What else is written in an item's transaction; raises to have none of it."""


def nothing(_connection: Connection, _evaluation: Evaluation) -> None:
    """Nothing else is written."""


def work(
    samples: SampleStore, store: Store, task: Task, item: Item, also: Also = nothing
) -> Evaluation:
    """Search one item. What is found and where the detector stopped are written together, or neither is."""
    into = Evaluation()
    if not streams(item.detector):
        here = daily.look(samples, store, task, item, into)

        def seen(connection: Connection) -> None:
            daily.keep(connection, task, here)
            also(connection, into)

        _record(store, task, into, seen)
        return into
    ids = [task.ids.get(one.id, one.id) for one in item.series]
    flagging = Flagging.of(
        item.series[0].key.metric, round(task.settings.quiet * SECOND), task.settings.override
    ).on_grid(item.step)
    least = max(-(-flagging.sustain // item.step), flagging.memory)
    stream = Stream.of(samples, store, task.settings, item, ids, least)
    end = task.window.until // item.step * item.step
    if task.goes_on:
        stream.load(end)
    done = stream.begin(task.window)
    before = done.until.copy()
    chunks = stream.chunks(done, end)
    if chunks:
        since = chunks[0][0] - flagging.recovery
        into.found = _Findings(
            task, stream, flagging, latest(store, task, item.detector, since)
        ).search(done, chunks)
    _count(into, stream, done, done.until > before)
    _rely(into, stream, done)
    after = stream.states(done, before)

    def keep(connection: Connection) -> None:
        if task.goes_on:
            states.save(connection, item.detector, after, deep=stream.opened)
        also(connection, into)

    _record(store, task, into, keep)
    return into


@dataclass(slots=True, eq=False)
class _Findings:
    """What an item comes to; `latest` is the last anomaly of each series so far."""

    task: Task
    stream: Stream
    flagging: Flagging
    latest: dict[int, Anomaly]
    found: dict[int, list[Anomaly]] = field(default_factory=dict)

    def search(self, done: Progressed, chunks: list[tuple[int, int]]) -> dict[int, list[Anomaly]]:
        rows = {stored.key: row for row, stored in enumerate(self.stream.item.series)}
        for since, until in chunks:
            judged = self.stream.advance(done, since, until)
            for one in self._episodes(judged) if judged is not None else ():
                self._add(rows[one.key], one)
        return {id_: found for id_, found in self.found.items() if found}

    def _episodes(self, judged: Judged) -> list[Anomaly]:
        settings, stream = self.task.settings, self.stream
        quiet = round(settings.quiet * SECOND)
        episodes = Episodes(stream.item.detector, quiet, settings.override, stream.detector)
        return episodes.find(judged.block, judged.scores, judged.thresholds)

    def _add(self, row: int, one: Anomaly) -> None:
        """A series without a state was searched from its history on: what ended before the window is no news."""
        id_ = self.stream.ids[row]
        step = self.stream.item.step
        if id_ not in self.stream.known and one.until < self.task.window.since // step * step:
            return
        mine = self.found.setdefault(id_, [])
        before = self.latest.get(id_)
        if before is not None and continues(before, one, self.flagging.recovery):
            one = joined(before, one)
            if mine:
                mine.pop()
        mine.append(one)
        self.latest[id_] = one


def _count(into: Evaluation, stream: Stream, done: Progressed, moved: NDArray[np.bool_]) -> None:
    """A known series without a new sample is neither judged nor warming up."""
    for row, stored in enumerate(stream.item.series):
        if done.judged[row]:
            into.scored.add(stored.id)
        elif moved[row] or stream.ids[row] not in stream.known:
            into.warming.add(stored.id)
    into.late = done.late


def _rely(into: Evaluation, stream: Stream, done: Progressed) -> None:
    """How far thresholds can be relied on; where that is little, what is found says so."""
    found = stream.confidence(done)
    if found is None:
        return
    into.confidence[stream.item.detector, stream.item.series[0].key.metric] = found
    if found.reservation:
        into.found = {
            id_: [_with_reservation(one, found.reservation) for one in many]
            for id_, many in into.found.items()
        }


def _with_reservation(one: Anomaly, reservation: str) -> Anomaly:
    if reservation in one.reason:
        return one
    return replace(one, reason=f"{one.reason}; {reservation}")


def _record(store: Store, task: Task, into: Evaluation, keep: Callable[[Connection], None]) -> None:
    if task.dry_run:
        return
    with store.writing() as connection:
        anomalies.save(connection, into.found, task.now)
        keep(connection)
