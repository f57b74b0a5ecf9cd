"""One item of a run, from samples to findings that are on record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from detectors.episodes import Episodes
from detectors.flagging import Flagging
from reinfra.batch.acquire import Window, blocks_of
from reinfra.batch.continued import continues, joined
from reinfra.batch.evaluate import Evaluation, score
from reinfra.batch.items import Item, streams
from reinfra.batch.stream import Progressed, Stream
from reinfra.batch.tails import Judged
from reinfra.config import DetectSettings
from reinfra.model import SECOND, Anomaly
from reinfra.store import SampleStore, Store, anomalies, states


@dataclass(frozen=True, slots=True)
class Task:
    """What all items of a run share. `goes_on` uses states and keeps new ones; a dry run keeps nothing.

    `ids` are those that findings about series have in the store, where samples live elsewhere.
    """

    settings: DetectSettings
    window: Window
    goes_on: bool
    dry_run: bool
    now: int
    ids: Mapping[int, int] = field(default_factory=dict)


Also = Callable[[Connection, Evaluation], None]
"""What else is written in an item's transaction; raises to have none of it."""


def nothing(_connection: Connection, _evaluation: Evaluation) -> None:
    """Nothing else is written."""


def work(
    samples: SampleStore, store: Store, task: Task, item: Item, also: Also = nothing
) -> Evaluation:
    """Search one item. What is found and where the detector stopped are written together, or neither is."""
    into = Evaluation()
    ids = [task.ids.get(one.id, one.id) for one in item.series]
    if not streams(item.detector):
        _whole(samples, task, item, into)
        into.found = {task.ids.get(id_, id_): found for id_, found in into.found.items()}
        _record(store, task, into, lambda connection: also(connection, into))
        return into
    flagging = Flagging.of(
        item.series[0].key.metric, round(task.settings.quiet * SECOND), task.settings.overrides
    )
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
        into.found = _Findings(task, stream, flagging, _open(store, task, item, since)).search(
            done, chunks
        )
    _count(into, stream, done, done.until > before)
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
        episodes = Episodes(stream.item.detector, quiet, settings.overrides, stream.detector)
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


def _whole(samples: SampleStore, task: Task, item: Item, into: Evaluation) -> None:
    """By a detector that keeps no state: over all of the history that it needs."""
    for acquired in blocks_of(samples, list(item.series), task.window, item.step):
        score(acquired, item.detector, task.settings, task.window, into)


def _open(store: Store, task: Task, item: Item, since: int) -> dict[int, Anomaly]:
    """The last anomaly of each series that reaches `since`, of those that this detector found."""
    if not task.goes_on:
        return {}
    with store.reading() as connection:
        reaching = anomalies.between(connection, since, 2**62)
    return {one.series_id: one.found for one in reaching if one.found.detector == item.detector}


def _count(into: Evaluation, stream: Stream, done: Progressed, moved: NDArray[np.bool_]) -> None:
    """A known series without a new sample is neither judged nor warming up."""
    for row, stored in enumerate(stream.item.series):
        if done.judged[row]:
            into.scored.add(stored.id)
        elif moved[row] or stream.ids[row] not in stream.known:
            into.warming.add(stored.id)
    into.late = done.late


def _record(store: Store, task: Task, into: Evaluation, keep: Callable[[Connection], None]) -> None:
    if task.dry_run:
        return
    with store.writing() as connection:
        anomalies.save(connection, into.found, task.now)
        keep(connection)
