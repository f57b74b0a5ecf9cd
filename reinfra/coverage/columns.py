"""Series as columns: which source gives which signal of which subject, from when until when."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.coverage.expected import Kinds
from reinfra.coverage.subjects import kind_of, subject_of
from reinfra.coverage.watchers import REMOVED
from reinfra.model import Origin, Subject
from reinfra.signals import signals
from reinfra.store import Stored

_OWN = "reinfra."
"""What reinfra says of itself is no signal of a subject."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Row i: `sources[source[i]]` gives `names[signal[i]]` of `subjects[subject[i]]`, `first[i]` to `last[i]`.

    Each such three are one row, whatever labels their series differ in besides.
    """

    sources: tuple[str, ...]
    subjects: tuple[Subject, ...]
    names: tuple[str, ...]
    source: Ints
    subject: Ints
    signal: Ints
    first: Ints
    last: Ints
    ends: Mapping[str, int]
    """When each source ends: now, or with its last sample where it is a recording."""

    def seen(self) -> dict[str, Kinds]:
        """By source: its signals, and the kinds of subjects that it gives them of."""
        index: dict[str, int] = {}
        kind = np.array(
            [index.setdefault(kind_of(subject), len(index)) for subject in self.subjects], np.int64
        )[self.subject]
        kinds, names = tuple(index), self.names
        code = (self.source * len(names) + self.signal) * len(kinds) + kind
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for each in np.unique(code).tolist():
            rest, of_kind = divmod(each, len(kinds))
            source, signal = divmod(rest, len(names))
            found[self.sources[source]].add((names[signal], kinds[of_kind]))
        return {source: frozenset(pairs) for source, pairs in found.items()}


def columns(series: Iterable[Stored], now: int) -> Columns:
    """Of the series whose signals are registered, and that were heard of in the last two weeks."""
    known = signals()
    own = [one for one in series if one.key.metric in known and not one.key.metric.startswith(_OWN)]
    ends = _ends(own, now)
    sources: dict[str, int] = {}
    subjects: dict[Subject, int] = {}
    names: dict[str, int] = {}
    places: dict[str, dict[Subject, int]] = defaultdict(dict)  # of labels, by source
    rows = array("q")
    for one in own:
        name, labels = one.source, one.key.labels
        if one.last_at <= ends[name] - REMOVED:
            continue
        place = places[name].get(labels)
        if place is None:
            place = subjects.setdefault(subject_of(labels, name), len(subjects))
            places[name][labels] = place
        source = sources.setdefault(name, len(sources))
        signal = names.setdefault(one.key.metric, len(names))
        rows.extend((source, place, signal, one.first_at, one.last_at))
    table = np.frombuffer(rows, np.int64).reshape(-1, 5)
    return _merged(tuple(sources), tuple(subjects), tuple(names), table, ends)


def _ends(series: list[Stored], now: int) -> dict[str, int]:
    """By source: now, or its last sample where its numbers are no live ones."""
    live: dict[str, bool] = {}
    ends: dict[str, int] = {}
    for one in series:
        if one.source not in live:
            live[one.source] = one.key.origin is Origin.LIVE
            ends[one.source] = now if live[one.source] else one.last_at
        elif not live[one.source]:
            ends[one.source] = max(ends[one.source], one.last_at)
    return ends


def _merged(
    sources: tuple[str, ...],
    subjects: tuple[Subject, ...],
    names: tuple[str, ...],
    table: Ints,
    ends: Mapping[str, int],
) -> Columns:
    """One row for each source, subject and signal."""
    code = (table[:, 0] * max(len(subjects), 1) + table[:, 1]) * max(len(names), 1) + table[:, 2]
    _, at, group = np.unique(code, return_index=True, return_inverse=True)
    first, last = table[at, 3].copy(), table[at, 4].copy()
    np.minimum.at(first, group, table[:, 3])
    np.maximum.at(last, group, table[:, 4])
    source, subject, signal = table[at, 0], table[at, 1], table[at, 2]
    return Columns(sources, subjects, names, source, subject, signal, first, last, ends)
