"""Detectors that keep no state: each time they read as much of the past as they need, and judge what is new."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.choice import context
from detectors.flagging import Flagging
from reinfra.batch.acquire import CELLS
from reinfra.batch.evaluate import Assessment, Evaluation, assess, flagged
from reinfra.batch.items import Item
from reinfra.batch.partners import Partners
from reinfra.batch.task import Task
from reinfra.model import DAY, SeriesBlock
from reinfra.store import Rule, SampleStore, Stored
from reinfra.store.acknowledged import Stretch


@dataclass(slots=True, eq=False)
class Look:
    """One item. `until` is where each known series was searched to, by its id where samples live."""

    samples: SampleStore
    task: Task
    item: Item
    until: Mapping[int, int] = field(default_factory=dict)
    real: Mapping[int, list[Stretch]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.task.window.until // self.item.step * self.item.step

    def new(self) -> list[Stored]:
        """Those that have samples which were not searched yet."""
        return [one for one in self.item.series if one.last_at >= self._since(one)]

    def into(self, found: Evaluation) -> None:
        for part in self._parts():
            self._judge(part, found)

    def _since(self, one: Stored) -> int:
        """A series that was not known the day before is searched from then on."""
        window = self.task.window
        new = window.since - DAY if self.item.history and self.task.goes_on else window.since
        return self.until.get(one.id, new) // self.item.step * self.item.step

    def _parts(self) -> Iterator[list[Stored]]:
        """Of bounded numbers of cells."""
        new, item = self.new(), self.item
        if not new:
            return
        begin = min(self._begin(one) for one in new)
        rows = max(1, CELLS * item.step // max(item.step, self.end - begin))
        for start in range(0, len(new), rows):
            yield new[start : start + rows]

    def _begin(self, one: Stored) -> int:
        """What is learned from begins here."""
        window = self.task.window
        earliest = window.history if not self.item.history else self._since(one) - self.item.history
        return max(earliest, one.first_at) // self.item.step * self.item.step

    def _judge(self, part: list[Stored], into: Evaluation) -> None:
        name, settings = self.item.detector, self.task.settings
        metrics = context(name, part[0].key.metric)
        beside = Partners.of(name, metrics, self.item.context).of_any(part)
        begin = min(self._begin(one) for one in part)
        block = self.samples.read([*part, *beside], begin, self.end, self.item.step, Rule.MEAN)
        found = _first(assess(block, name, settings, self._excluded(part, block)), len(part))
        since = np.array([self._since(one) for one in part])
        new = block.at >= since[:, None]
        ready: list[bool] = np.any(found.judged[: len(part)] & new, axis=1).tolist()
        for stored, is_ready in zip(part, ready, strict=True):
            (into.scored if is_ready else into.warming).add(stored.id)
        flagging = Flagging.of(part[0].key.metric, 0, settings.override)
        before = flagging.sustain + flagging.memory * block.step
        for row, one in enumerate(part):
            if one.id in self.until:  # what came before was found before
                found.thresholds[row, block.at < since[row] - before] = np.nan
        rows = {one.key: place for place, one in enumerate(part)}
        for anomaly in flagged(block, name, found, settings):
            row = rows[anomaly.key]
            if anomaly.until >= since[row]:
                into.found.setdefault(part[row].id, []).append(anomaly)

    def _excluded(self, part: list[Stored], block: SeriesBlock) -> NDArray[np.bool_] | None:
        if not self.real:
            return None
        found = np.zeros(block.values.shape, np.bool_)
        for row, one in enumerate(part):
            for since, until in self.real.get(one.id, ()):
                found[row] |= (block.at >= since) & (block.at <= until)
        return found


def _first(found: Assessment, rows: int) -> Assessment:
    """Of the context nothing is said."""
    thresholds = found.thresholds.copy()
    thresholds[rows:] = np.nan
    return Assessment(found.scores, thresholds)
