"""Which rows the ledger has: what came, what should have come, and what a source says is absent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np

from reinfra.coverage.columns import Columns, Ints
from reinfra.coverage.expected import expected
from reinfra.coverage.subjects import SOURCE_LABEL, kind_of, subject_of
from reinfra.coverage.watchers import Watcher
from reinfra.model import Subject
from reinfra.store.coverage import StoredAbsence

NEVER = -1
"""In place of the times of a signal that never came."""
WHOLE = ""
"""In place of a signal where all of a subject is meant."""

Name = TypeVar("Name", str, Subject)
Three = tuple[str, Subject, str]
"""A source, a subject and a signal."""
Wanted = Mapping[str, Mapping[str, frozenset[str]]]
"""By source and kind of subject: the signals that there should be."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of sources, subjects and signals; a row's code is made from its three."""

    sources: dict[str, int]
    subjects: dict[Subject, int]
    names: dict[str, int]

    def codes(self, source: Ints | int, subject: Ints | int, signal: Ints | int) -> Ints:
        return np.asarray(
            (source * len(self.subjects) + subject) * len(self.names) + signal, np.int64
        )

    def code(self, three: Three) -> int:
        source, subject, name = three
        places = self.sources[source], self.subjects[subject], self.names[name]
        return int(self.codes(*places))

    def parts(self, code: Ints) -> tuple[Ints, Ints, Ints]:
        """Source, subject and signal of each code."""
        rest, signal = np.divmod(code, max(len(self.names), 1))
        source, subject = np.divmod(rest, max(len(self.subjects), 1))
        return source, subject, signal


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """By increasing code, each once; `first` and `last` are NEVER where no sample came."""

    layout: Layout
    code: Ints
    source: Ints
    subject: Ints
    signal: Ints
    first: Ints
    last: Ints

    def at(self, three: Three) -> int:
        """The place of a row that is there."""
        return int(np.searchsorted(self.code, self.layout.code(three)))


def assemble(
    given: Columns, absences: Iterable[StoredAbsence], watching: Mapping[str, Watcher]
) -> Rows:
    wanted = {
        source: expected(watcher.collector if watcher else source, seen)
        for source, seen in given.seen().items()
        if not ((watcher := watching.get(source)) and watcher.young)
    }
    given_pairs = {
        (given.sources[source], given.subjects[subject]) for source, subject in _pairs(given)
    }
    said = [about(one) for one in absences]
    # Of a subject that gives other rows, "all of it" is said in those.
    more = [each for each in said if each[2] != WHOLE or each[:2] not in given_pairs]
    heard = {*given.sources, *(source for source, _, _ in said)}
    more += [
        (name, ((SOURCE_LABEL, name),), WHOLE)
        for name, one in watching.items()
        if name not in heard and not one.answers
    ]
    layout = _layout(given, wanted, more)
    own = layout.codes(given.source, given.subject, given.signal)
    others = np.array([layout.code(three) for three in more], np.int64)
    code = np.unique(np.concatenate([own, others, *_owed(given, wanted, layout)]))
    first, last = np.full(code.size, NEVER), np.full(code.size, NEVER)
    at = np.searchsorted(code, own)
    first[at], last[at] = given.first, given.last
    return Rows(layout, code, *layout.parts(code), first, last)


def about(absence: StoredAbsence) -> Three:
    """The row that an absence is about."""
    return absence.source, subject_of(absence.subject, absence.source), absence.signal


def _layout(given: Columns, wanted: Wanted, more: list[Three]) -> Layout:
    """What is given keeps its places."""
    owed = (sorted(some) for kinds in wanted.values() for some in kinds.values())
    names = [*given.names, *(name for some in owed for name in some), *(each[2] for each in more)]
    return Layout(
        _places([*given.sources, *(each[0] for each in more)]),
        _places([*given.subjects, *(each[1] for each in more)]),
        _places(names),
    )


def _places(names: Iterable[Name]) -> dict[Name, int]:
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def _pairs(given: Columns) -> Iterator[tuple[int, int]]:
    """The places of each source and each subject that it gives anything of."""
    pairs = np.unique(given.source * len(given.subjects) + given.subject)
    return (divmod(pair, len(given.subjects)) for pair in pairs.tolist())


def _owed(given: Columns, wanted: Wanted, layout: Layout) -> Iterator[Ints]:
    """The codes of what each source should give of each subject that it gives anything of."""
    kinds = [kind_of(subject) for subject in given.subjects]
    of_kind: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, subject in _pairs(given):
        of_kind[given.sources[place], kinds[subject]].append(subject)
    signals_of = cache(lambda names: np.array([layout.names[name] for name in names], np.int64))
    for (source, kind), subjects in of_kind.items():
        signals = signals_of(wanted.get(source, {}).get(kind, frozenset()))
        column = np.array(subjects, np.int64)[:, None]
        yield layout.codes(layout.sources[source], column, signals).ravel()
