"""The ledger: one row for each signal that a source gives, or should give, of a subject."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reinfra.coverage.presence import Standing
from reinfra.coverage.subjects import place_of
from reinfra.model import Coverage, Subject

STATES = (
    Coverage.WATCHED,
    Coverage.WARMING,
    Coverage.STALE,
    Coverage.FAILING,
    Coverage.UNSUPPORTED,
    Coverage.NEVER,
)
"""From best to worst: of a signal that several sources give, the best counts."""

COMING = 2
"""States before this one: samples come."""
OWED = 4
"""States before this one: samples come, or should."""

UNKNOWN = -1
"""In place of a time that nobody knows."""


class Row(NamedTuple):
    """`signal` is empty where all of the subject is meant; `since` is None where nobody knows."""

    subject: Subject
    signal: str
    source: str
    state: Coverage
    since: int | None
    reason: str


class Tally(NamedTuple):
    """How many signals of how many that there should be; what is unsupported is owed by nobody."""

    coming: int
    owed: int

    @property
    def share(self) -> float:
        """NaN where nothing is owed."""
        return self.coming / self.owed if self.owed else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Columns of one length: places in `subjects`, `signals`, `sources`, STATES and `reasons`; `since` in ms.

    `came` is where there is a sample, however old; `standing[i]` says how `subjects[i]` is.
    """

    subjects: tuple[Subject, ...]
    signals: tuple[str, ...]
    sources: tuple[str, ...]
    reasons: tuple[str, ...]
    subject: NDArray[np.int64]
    signal: NDArray[np.int64]
    source: NDArray[np.int64]
    state: NDArray[np.int64]
    since: NDArray[np.int64]
    reason: NDArray[np.int64]
    came: NDArray[np.bool_]
    standing: tuple[Standing, ...]

    def __len__(self) -> int:
        return int(self.subject.size)

    def rows(self, which: NDArray[np.intp] | None = None) -> Iterator[Row]:
        """These rows, or all: by subject, then by signal."""
        chosen = np.arange(len(self)) if which is None else which
        for i in chosen.tolist():
            since = int(self.since[i])
            yield Row(
                self.subjects[self.subject[i]],
                self.signals[self.signal[i]],
                self.sources[self.source[i]],
                STATES[self.state[i]],
                None if since == UNKNOWN else since,
                self.reasons[self.reason[i]],
            )

    def best(self) -> NDArray[np.intp]:
        """One row for each signal of a subject: the best state that a source gives it."""
        order = np.lexsort((self.state, self.signal, self.subject))
        subject, signal = self.subject[order], self.signal[order]
        new = np.ones(order.size, bool)
        new[1:] = (np.diff(subject) != 0) | (np.diff(signal) != 0)
        return order[new]

    def counts(self) -> Counter[Coverage]:
        """How many signals are in each state."""
        many = np.bincount(self.state[self.best()], minlength=len(STATES)).tolist()
        return Counter({state: count for state, count in zip(STATES, many, strict=True) if count})

    def tally(self) -> Tally:
        state = self.state[self.best()]
        return Tally(int((state < COMING).sum()), int((state < OWED).sum()))

    def by_place(self) -> dict[tuple[str, str], Tally]:
        """By the label that incidents group by."""
        best = self.best()
        places = [place_of(subject) for subject in self.subjects]
        index = {place: i for i, place in enumerate(dict.fromkeys(places))}
        of_subject = np.array([index[place] for place in places], np.int64)
        at = of_subject[self.subject[best]]
        state = self.state[best]
        coming = np.bincount(at[state < COMING], minlength=len(index)).tolist()
        owed = np.bincount(at[state < OWED], minlength=len(index)).tolist()
        return {place: Tally(coming[i], owed[i]) for place, i in index.items()}
