"""Answers of a server as one batch: each series named once, its samples in base units."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collectors.prometheus.naming import Naming
from collectors.scrape.blanks import BLANKS, blank
from collectors.scrape.dialects import spoken
from reinfra.model import DERIVED_LABEL, Batch, Fact, SeriesKey
from reinfra.store.grid import STALE_NAN
from reinfra.store.prometheus_api import Found, Labels
from reinfra.store.prometheus_names import NAME

BEYOND = "series beyond max_series"
BLANK = "numbers with which DCGM says that it has none"
UNREADABLE = "series whose labels cannot be read"

_LEAST_BLANK = BLANKS.min()
_Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """A series of the server's: ours, its factor, and what its labels say beside it."""

    key: SeriesKey | None
    factor: float
    facts: tuple[Fact, ...] = ()
    refused: str = ""
    blanks: bool = False
    """Whether DCGM's numbers for "no value" are among its values."""


@dataclass(slots=True)
class Series:
    """The series that are known, so that their names are worked out once."""

    naming: Naming
    most: int
    _known: dict[tuple[_Pairs, str], Known] = field(default_factory=dict)
    _taken: int = 0

    def of(self, labels: Labels, derived: str) -> Known:
        which = frozenset(labels.items()), derived
        known = self._known.get(which)
        if known is None:
            known = self._named(labels, derived)
            if known.refused != BEYOND:  # a flood of series is not remembered one by one
                self._known[which] = known
        return known

    def _named(self, labels: Labels, derived: str) -> Known:
        if self._taken >= self.most:
            return Known(None, 1.0, refused=BEYOND)
        try:
            meaning = self.naming.of(labels)
        except ValueError:
            return Known(None, 1.0, refused=UNREADABLE)
        self._taken += 1
        key = meaning.key
        if key is not None and derived:
            told = {**dict(key.labels), DERIVED_LABEL: derived}
            key = SeriesKey.of(key.metric, told, key.kind, key.unit)
        dcgm = "dcgm" in spoken([labels.get(NAME, "")])
        return Known(key, meaning.factor, meaning.facts, blanks=dcgm)


@dataclass(slots=True)
class Columns:
    """The samples of one page in [since, until)."""

    since: int
    until: int
    facts: set[Fact] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)
    size: int = 0
    _keys: dict[SeriesKey, int] = field(default_factory=dict)
    _parts: list[tuple[int, NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)

    def take(self, found: Found, series: Series, derived: str = "") -> int:
        """Adds the series' samples, and returns how many there were."""
        before = self.size
        for labels, at, value in found:
            inside = (at >= self.since) & (at < self.until)
            count = int(inside.sum())
            if not count:
                continue
            known = series.of(labels, derived)
            self.facts.update(known.facts)
            if known.blanks and (value >= _LEAST_BLANK).any():
                none = blank(value)
                self._refuse(BLANK, int((none & inside).sum()))
                inside &= ~none
            if known.refused:
                self._refuse(known.refused, count)
            elif known.key is not None:
                self.add(known.key, at[inside], _scaled(value[inside], known.factor))
        return self.size - before

    def _refuse(self, why: str, count: int) -> None:
        if count:
            self.refused[why] = self.refused.get(why, 0) + count

    def add(self, key: SeriesKey, at: NDArray[np.int64], value: NDArray[np.float64]) -> None:
        if not at.size:
            return
        number = self._keys.setdefault(key, len(self._keys))
        self._parts.append((number, at, value))
        self.size += at.size

    def batch(self) -> Batch:
        if not self._parts:
            return Batch.empty()
        numbers = np.array([number for number, _, _ in self._parts], np.int32)
        counts = [at.size for _, at, _ in self._parts]
        return Batch(
            tuple(self._keys),
            np.repeat(numbers, counts),
            np.concatenate([at for _, at, _ in self._parts]),
            np.concatenate([value for _, _, value in self._parts]),
        )


def _scaled(value: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """In base units. A staleness marker is told by its bits, which arithmetic would change."""
    if factor == 1:
        return value
    plain = value.view(np.int64) != STALE_NAN
    value[plain] *= factor
    return value
