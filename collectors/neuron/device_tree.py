"""The sysfs tree as samples, facts and absences of one host."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from collectors.base import CollectorError, Labels, key_of
from collectors.instruments import Panel
from collectors.neuron import places
from collectors.neuron.sysfs import VERSION, Power, Tree, driver_version
from reinfra.model import SECOND, Absence, Batch, Coverage, Fact, Origin, Report, SeriesKey, subject

_LEAST_PAUSE = 10 * SECOND
"""A trn2.48xlarge has some 4,500 counters: not worth a read every second."""

_LOOK_AGAIN = 60 * SECOND
_GONE = "the driver no longer lists it"


class DeviceTree:
    """Reads the tree at most every ten seconds, and looks for other devices every minute."""

    def __init__(
        self, root: Path, host: Labels, origin: Origin = Origin.LIVE, version: Path = VERSION
    ) -> None:
        self._root, self._host, self._origin, self._version = root, host, origin, version
        self._power = Power()
        self._tree: Tree | None = None
        self._panel = Panel((), host, origin)
        self._looked = self._read = -_LOOK_AGAIN
        self._seen: set[int] = set()
        self._news: list[Fact] = []

    @property
    def devices(self) -> Iterable[int]:
        return self._tree.devices if self._tree else ()

    def collect(self, at: int, said: frozenset[SeriesKey]) -> Iterator[Batch | Report]:
        """Samples, less those of series in `said`. Raises CollectorError where there is no tree."""
        tree = self._current(at)
        if at - self._read >= _LEAST_PAUSE:
            self._read = at
            yield Batch.concat([_without(self._panel.read(at), said), *self._windows(tree)])
        facts, self._news = tuple(self._news), []
        yield Report(absences=tuple(self._absences()), facts=facts)

    def _current(self, at: int) -> Tree:
        if self._tree is None or at - self._looked >= _LOOK_AGAIN:
            self._looked = at
            self._tree = self._found()
            self._panel = Panel(self._tree.instruments(), self._host, self._origin)
            self._seen |= set(self._tree.devices)
            self._news = list(self._facts(self._tree))
        return self._tree

    def _found(self) -> Tree:
        """A tree that was there and is not any more is one without devices: they are gone."""
        try:
            return Tree.found(self._root)
        except CollectorError:
            if not self._seen:
                raise
            return Tree((), (), (), (), ())

    def _windows(self, tree: Tree) -> Iterator[Batch]:
        for number, window in self._power.windows(tree):
            shares = (("min", window.least), ("max", window.most), ("avg", window.mean))
            keys = tuple(
                key_of(
                    places.POWER,
                    {**self._host, **places.device(number), "reinfra.statistic": name},
                    self._origin,
                )
                for name, _ in shares
            )
            values = np.array([value for _, value in shares])
            yield Batch(keys, np.arange(3, dtype=np.int32), np.full(3, window.at, np.int64), values)

    def _absences(self) -> Iterator[Absence]:
        for number in sorted(self._seen - set(self.devices)):
            yield Absence(self._subject(number), "", Coverage.FAILING, _GONE)
        for number, why in self._power.missing.items():
            yield Absence(self._subject(number), places.POWER, Coverage.UNSUPPORTED, why)

    def _facts(self, tree: Tree) -> Iterator[Fact]:
        version = driver_version(self._version)
        if version:
            yield Fact(self._subject(), "aws.neuron.driver.version", version)
        for number, name, value in tree.described():
            yield Fact(self._subject(number), name, value)

    def _subject(self, number: int | None = None) -> tuple[tuple[str, str], ...]:
        labels = {} if number is None else places.device(number)
        return subject({"host.name": self._host["host.name"], **labels})


def _without(batch: Batch, said: frozenset[SeriesKey]) -> Batch:
    kept = np.array([key not in said for key in batch.keys], np.bool_)
    if kept.all():
        return batch
    keys = tuple(key for key, keep in zip(batch.keys, kept, strict=True) if keep)
    return Batch(keys, np.arange(len(keys), dtype=np.int32), batch.at[kept], batch.value[kept])
