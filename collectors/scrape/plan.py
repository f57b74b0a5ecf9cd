"""What the lines of one layout of a page become: worked out once, then applied to every scrape of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collectors.exposition import UNTIMED, Exposition, Point
from collectors.scrape.blanks import blank, reason
from collectors.scrape.meaning import Meaning, Meanings
from reinfra.model import Absence, Batch, Coverage, Fact, SeriesKey, Subject

MOST_FACTS = 1_000
_COLLIDING = "lines of one series"
_NO_INFO = "info lines whose value is not 1"
_DROPPED = -1
_DCGM = ("DCGM_", "dcgm_")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`key[i]` is the place in `keys` of what line i gives, or -1; lines in `worst` are merged."""

    points: tuple[Point, ...]
    keys: tuple[SeriesKey, ...]
    key: NDArray[np.int32]
    factor: NDArray[np.float64]
    repeated: NDArray[np.bool_]
    worst: NDArray[np.bool_]
    of_dcgm: NDArray[np.bool_]
    about: Sequence[Subject]
    info: tuple[tuple[int, tuple[Fact, ...]], ...]
    facts: tuple[Fact, ...]

    def batch(self, page: Exposition, at: int, refused: dict[str, int]) -> Batch:
        """The samples, in base units, at `at` where the page gives no time; what is left out is counted."""
        times = np.where(page.at == UNTIMED, at, page.at)
        kept = self.key != _DROPPED
        kept &= ~(self.of_dcgm & blank(page.value))
        repeated = self.repeated if (page.at == UNTIMED).all() else self._repeated_at(times)
        if (dropped := kept & repeated & ~self.worst).any():
            refused[_COLLIDING] = int(dropped.sum())
            kept &= ~dropped
        value = page.value * self.factor
        value[np.isnan(value)] = np.nan  # a page may not write a staleness marker
        if self.worst.any():
            kept, value = self._merged(kept, value)
        return Batch(self.keys, self.key[kept], times[kept], value[kept])

    def absences(self, page: Exposition) -> tuple[Absence, ...]:
        """The signals for which DCGM has no number, each once for a device."""
        found: dict[tuple[Subject, str], Absence] = {}
        for i in np.flatnonzero(self.of_dcgm & blank(page.value)).tolist():
            about, signal = self.about[i], self.keys[self.key[i]].metric
            why = reason(float(page.value[i]))
            found[about, signal] = Absence(about, signal, Coverage.UNSUPPORTED, why)
        return tuple(found.values())

    def told(self, page: Exposition, refused: dict[str, int]) -> tuple[Fact, ...]:
        """The facts of labels, and those of info lines; several values of one are joined."""
        values: dict[tuple[Subject, str], set[str]] = {}
        facts = [*self.facts]
        for i, told in self.info:
            if page.value[i] == 1:
                facts.extend(told)
            else:
                refused[_NO_INFO] = refused.get(_NO_INFO, 0) + 1
        for fact in facts:
            values.setdefault((fact.subject, fact.name), set()).add(fact.value)
        joined = [Fact(who, name, ",".join(sorted(all_))) for (who, name), all_ in values.items()]
        if len(joined) > MOST_FACTS:
            refused["facts beyond the first 1,000"] = len(joined) - MOST_FACTS
        return tuple(joined[:MOST_FACTS])

    def _repeated_at(self, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Lines that give the same series at the same time as one before them."""
        pairs = np.stack([self.key.astype(np.int64), times])
        _, first = np.unique(pairs, axis=1, return_index=True)
        repeated = np.ones(self.key.size, np.bool_)
        repeated[first] = False
        return repeated

    def _merged(
        self, kept: NDArray[np.bool_], value: NDArray[np.float64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Of lines that are merged, the first stands for all with the largest value."""
        rows = np.flatnonzero(kept & self.worst)
        largest = np.full(len(self.keys), np.nan)
        np.fmax.at(largest, self.key[rows], value[rows])
        value[rows] = largest[self.key[rows]]
        return kept & ~(self.worst & self.repeated), value


def plan(points: tuple[Point, ...], meanings: Meanings, known: dict[int, Meaning]) -> Plan:
    """`known` holds the meanings of points that are still the same objects as at the last page."""
    found = [known.get(id(point)) or meanings.of(point) for point in points]
    known.clear()
    known.update((id(point), meaning) for point, meaning in zip(points, found, strict=True))
    places: dict[SeriesKey, int] = {}
    key = np.full(len(found), _DROPPED, np.int32)
    repeated = np.zeros(len(found), np.bool_)
    for i, meaning in enumerate(found):
        if meaning.key is not None:
            before = len(places)
            key[i] = places.setdefault(meaning.key, before)
            repeated[i] = len(places) == before
    return Plan(
        points=points,
        keys=tuple(places),
        key=key,
        factor=np.array([meaning.factor for meaning in found], np.float64),
        repeated=repeated,
        worst=np.array([meaning.worst for meaning in found], np.bool_),
        of_dcgm=np.array([point.name.startswith(_DCGM) for point in points], np.bool_),
        about=tuple(meaning.subject for meaning in found),
        info=tuple((i, one.facts) for i, one in enumerate(found) if one.key is None),
        facts=_distinct(one.facts for one in found if one.key is not None),
    )


def _distinct(facts: Iterable[tuple[Fact, ...]]) -> tuple[Fact, ...]:
    """Lines of equal labels share one tuple."""
    tuples = {id(each): each for each in facts}.values()
    return tuple({fact: None for each in tuples for fact in each})
