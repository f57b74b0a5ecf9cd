"""One item of a run by a detector that goes on where it stopped: only new cells are read and scored."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Layered, Scores, Streaming
from detectors.calibration.clock import WINDOW_DAYS
from detectors.calibration.confidence import Confidence
from detectors.calibration.state import forget, split
from detectors.threshold import FalseAlarmRate, confidence
from reinfra.batch.acquire import CELLS, Window
from reinfra.batch.items import Item, made
from reinfra.batch.stages import Cells, last_cell, stages
from reinfra.batch.tails import Judged, Tails
from reinfra.config import DetectSettings
from reinfra.model import DAY, MINUTE, SECOND, SeriesBlock
from reinfra.store import Rule, SampleStore, Store, states
from reinfra.store.acknowledged import Stretch, stretches
from reinfra.store.states import State

REREAD = 30 * MINUTE
"""How far back samples are read again, to count those that came too late to be scored."""

_LEARNED = (WINDOW_DAYS + 1) * DAY

_SEARCHED = (
    DAY  # where the store does not say when a series ended, this far back is looked for more of it
)


@dataclass(slots=True, eq=False)
class Progressed:
    """States of the item's series as they are after what has been read so far; a row per series.

    Tails have rows for the context as well.
    """

    until: Cells
    near: list[bytes | None]
    level: list[bytes | None]
    tails: Tails
    recent: NDArray[np.int64]
    judged: NDArray[np.bool_]
    late: int = 0


@dataclass(slots=True, eq=False)
class Stream:
    """An item on its way; `size` cells are remembered from one run to the next."""

    samples: SampleStore
    store: Store
    item: Item
    ids: list[int]
    detector: Streaming
    rate: FalseAlarmRate
    size: int
    opened: bool = True
    known: dict[int, State] = field(default_factory=dict)
    real: dict[int, list[Stretch]] = field(default_factory=dict)
    """By id, stretches that people took for real trouble; asked for where long parts are read."""

    @classmethod
    def of(
        cls,
        samples: SampleStore,
        store: Store,
        settings: DetectSettings,
        item: Item,
        ids: list[int],
        size: int,
    ) -> Self:
        """`ids` are the item's series in the store."""
        detector = cast(Streaming, made(item.detector, settings))
        rate = FalseAlarmRate(settings.false_alarms, round(settings.quiet * SECOND))
        return cls(samples, store, item, ids, detector, rate, size)

    @property
    def digest(self) -> bytes:
        """Of everything that a state depends on."""
        rate = (self.rate, self.rate.version) if self.detector.limit is None else None
        parts = (self.detector, self.detector.version, self.item.step, self.size, rate)
        return hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()

    def load(self, end: int) -> None:
        """Read the states, with their long parts where they are needed to get to `end`."""
        with self.store.reading() as connection:
            known = states.load(connection, self.item.detector, self.ids)
            digest = self.digest
            known = {id_: one for id_, one in known.items() if one.settings == digest}
            self.opened = len(known) < len(self.ids) or any(
                self._opens(since, end) for since in {one.until for one in known.values()}
            )
            if self.opened and known:
                known = states.load(connection, self.item.detector, list(known), deep=True)
            if self.opened and self.detector.limit is None:
                self.real = stretches(connection, self.ids, end - _LEARNED)
        self.known = {
            id_: _without(one, self.real[id_]) if id_ in self.real else one
            for id_, one in known.items()
        }

    def begin(self, window: Window) -> Progressed:
        """Where each series goes on, or begins."""
        step = self.item.step
        found = [self.known.get(id_) for id_ in self.ids]
        until = [
            one.until if one else max(window.history, stored.first_at) // step * step
            for one, stored in zip(found, self.item.series, strict=True)
        ]
        return Progressed(
            until=np.array(until, np.int64),
            near=[one.near + (one.deep or b"") if one else None for one in found],
            level=[
                (one.level_near or b"") + (one.level_deep or b"") or None if one else None
                for one in found
            ],
            tails=Tails.unpacked(
                [one.tail if one else None for one in found] + [None] * len(self.item.context),
                self.size,
            ),
            recent=np.array([one.recent if one else -1 for one in found], np.int64),
            judged=np.zeros(len(found), np.bool_),
        )

    def chunks(self, done: Progressed, end: int) -> list[tuple[int, int]]:
        """`[since, until)` of bounded numbers of cells, from where the first series has new samples."""
        step = self.item.step
        new = [
            max(until, end - _SEARCHED) if stored.searched else until
            for until, stored in zip(done.until.tolist(), self.item.series, strict=True)
            if stored.last_at >= until
        ]
        begin = min([*new, end]) // step * step
        size = max(CELLS // max(1, len(self.ids)), 64) * step
        return [(since, min(since + size, end)) for since in range(begin, end, size)]

    def advance(self, done: Progressed, since: int, until: int) -> Judged | None:
        """Read and score `[since, until)`; None where there is no new sample. What it gives is led by tails."""
        step = self.item.step
        again = min(REREAD, since) // step
        together = [*self.item.series, *self.item.context]
        read = self.samples.read(together, since - again * step, until, step, Rule.MEAN)
        block = SeriesBlock(
            read.keys, read.at[again:], read.values[:, again:], read.mask[:, again:], step
        )
        mine, beside = len(self.ids), len(self.item.context)
        count = np.cumsum(np.pad(read.mask[:mine], ((0, 0), (1, 0))), axis=1, dtype=np.int64)
        first = np.clip((done.until - since) // step, 0, block.at.size)
        self._count_late(done, count, first + again, again, since)
        after = np.maximum(last_cell(block.mask[:mine]), first)
        if not (after > first).any():
            return None
        judged = self._score(done, block, first, after)
        moved = after > first
        tails = done.tails.where(np.pad(done.until == since, (0, beside)))
        done.tails = tails.after(judged, np.pad(after, (0, beside)))
        done.until = np.where(moved, since + after * step, done.until)
        place = after + again
        recent = _between(count, place - REREAD // step, place)
        done.recent = np.where(moved, recent, done.recent)
        return judged.before(tails) if self.size or tails.negative.any() else judged

    def states(self, done: Progressed, before: Cells) -> list[State]:
        """The states of series that have come further than `before`, as rows."""
        tails, digest = done.tails.packed(), self.digest
        rows = np.flatnonzero(done.until > before).tolist()
        own = _halves(self.detector, [done.near[row] for row in rows])
        levels = _halves(self.rate, [done.level[row] for row in rows])
        found = []
        for row, (near, deep), (level_near, level_deep) in zip(rows, own, levels, strict=True):
            found.append(
                State(
                    self.ids[row],
                    int(done.until[row]),
                    int(done.recent[row]),
                    digest,
                    near or b"",
                    level_near,
                    tails[row],
                    deep,
                    level_deep,
                )
            )
        return found

    def confidence(self, done: Progressed) -> Confidence | None:
        """How far the rate of false alarms can be relied on; None where the detector has a limit of its own."""
        if self.detector.limit is not None:
            return None
        return confidence([one for one in done.level if one is not None])

    def _score(self, done: Progressed, block: SeriesBlock, first: Cells, after: Cells) -> Judged:
        scores = Scores.unscored(block.values.shape)
        thresholds = np.full(block.values.shape, np.nan)
        context = np.arange(len(self.ids), len(block.keys))
        none = [None] * context.size
        for begin, end, rows in stages(first, after):
            part = _part(block, np.append(rows, context), slice(begin, end))
            cells = np.ix_(rows, np.arange(begin, end))
            found, near = self.detector.advance([*(done.near[row] for row in rows), *none], part)
            if none:
                part, found = part.select(np.arange(rows.size)), _first(found, rows.size)
            levels, level = self._levels([done.level[row] for row in rows], part, found)
            for name in ("values", "expected", "scale"):
                getattr(scores, name)[cells] = getattr(found, name)
            thresholds[cells] = levels
            for place, row in enumerate(rows.tolist()):
                done.near[row], done.level[row] = near[place], level[place]
        judged = (np.isfinite(scores.values) & np.isfinite(thresholds)).any(axis=1)
        done.judged |= judged[: len(self.ids)]
        return Judged(block, scores, thresholds)

    def _levels(
        self, known: list[bytes | None], part: SeriesBlock, found: Scores
    ) -> tuple[Floats, list[bytes | None]]:
        if self.detector.limit is not None:
            return np.full(part.values.shape, self.detector.limit), [None] * len(known)
        levels, after = self.rate.advance(known, part, found, self._excluded(part))
        return levels, list(after)

    def _excluded(self, part: SeriesBlock) -> NDArray[np.bool_] | None:
        """`[series, time]`: what is not learned from."""
        if not self.real:
            return None
        by_key = {one.key: id_ for one, id_ in zip(self.item.series, self.ids, strict=True)}
        found = np.zeros(part.values.shape, np.bool_)
        for row, key in enumerate(part.keys):
            for since, until in self.real.get(by_key[key], ()):
                found[row] |= (part.at >= since) & (part.at <= until)
        return found

    def _count_late(
        self, done: Progressed, count: Cells, place: Cells, again: int, since: int
    ) -> None:
        """Samples before a state's end that were not there when it was made, as far as they are read again."""
        step = self.item.step
        known = (done.recent >= 0) & (done.until >= since) & (again * step == REREAD // step * step)
        now = _between(count, place - REREAD // step, place)
        done.late += int(np.where(known, np.maximum(now - done.recent, 0), 0).sum())
        done.recent = np.where(known, now, done.recent)

    def _opens(self, since: int, end: int) -> bool:
        parts = (self.detector, self.rate) if self.detector.limit is None else (self.detector,)
        return any(
            isinstance(part, Layered) and part.opens(since, end, self.item.step) for part in parts
        )


def _without(state: State, real: list[Stretch]) -> State:
    """A state that has learned nothing from these stretches."""
    if state.level_near is None or state.level_deep is None:
        return state
    near, deep = split(forget(state.level_near + state.level_deep, real))
    return state._replace(level_near=near, level_deep=deep)


def _halves(
    part: object, states: list[bytes | None]
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """The short and the long part of each; they are cut at the same place, as states of one detector and step."""
    known = next((one for one in states if one is not None), None)
    cut = len(part.split(known)[0]) if isinstance(part, Layered) and known is not None else None
    for one in states:
        yield (None, None) if one is None else (one[:cut], one[cut:] or None if cut else None)


def _part(block: SeriesBlock, rows: NDArray[np.intp], columns: slice) -> SeriesBlock:
    part = block.select(rows)
    values, mask = part.values[:, columns], part.mask[:, columns]
    return SeriesBlock(part.keys, part.at[columns], values, mask, part.step)


def _first(scores: Scores, rows: int) -> Scores:
    return Scores(scores.values[:rows], scores.expected[:rows], scores.scale[:rows])


def _between(count: Cells, low: Cells, high: Cells) -> Cells:
    """From running counts, those of the cells `[low, high)` of each row."""
    rows = np.arange(len(count))
    edge = count.shape[1] - 1
    found: Cells = count[rows, np.clip(high, 0, edge)] - count[rows, np.clip(low, 0, edge)]
    return found
