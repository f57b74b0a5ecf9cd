"""Counts of grades by series and window, which go into the cursor so that a window may fill in several goes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from collectors.base import key_of
from reinfra.model import DERIVED_LABEL, Batch, Origin, SeriesKey

SUCCESSES, TRIALS = "reinfra.quality.successes", "reinfra.quality.trials"
INVALID = "reinfra.quality.invalid"
SCORE, SCORED = "reinfra.quality.score", "reinfra.quality.scored"

MOST = 2_000
"""Counts that are remembered of one file."""

Place = tuple[tuple[tuple[str, str], ...], int]
"""Labels, and the time of the window."""


@dataclass(slots=True)
class Counts:
    """`total` is the sum of `scored` scores, `unknown` whether that is a mean of nobody knows how many.

    `fresh`: the store does not have these counts yet.
    """

    successes: int = 0
    trials: int = 0
    invalid: int = 0
    total: float = 0.0
    scored: int = 0
    unknown: bool = False
    fresh: bool = True

    def add(self, more: "Counts") -> None:
        self.successes += more.successes
        self.trials += more.trials
        self.invalid += more.invalid
        self.total += more.total
        self.scored += more.scored
        self.unknown = self.unknown or more.unknown
        self.fresh = True


@dataclass(slots=True)
class Tally:
    """The counts of one file. Those of windows up to `closed` are forgotten: nothing can be added to them."""

    counts: dict[Place, Counts] = field(default_factory=dict)
    closed: int = -1

    def add(self, labels: Mapping[str, str], at: int, more: Counts) -> bool:
        """False for a window that is closed."""
        if at <= self.closed:
            return False
        pairs = tuple(sorted((name, text) for name, text in labels.items() if text))
        place = pairs, at
        if place in self.counts:
            self.counts[place].add(more)
        else:
            self.counts[place] = more
        return True

    def fresh(self) -> list[Place]:
        return [place for place, counts in self.counts.items() if counts.fresh]

    def stored(self) -> None:
        """All of it is in the store now; the oldest windows are forgotten where there are too many."""
        for counts in self.counts.values():
            counts.fresh = False
        windows = sorted({at for _, at in self.counts})
        while len(self.counts) > MOST and len(windows) > 1:
            self.closed = windows.pop(0)
            self.counts = {place: c for place, c in self.counts.items() if place[1] > self.closed}

    def row(self) -> list[Any]:
        """As JSON."""
        rows = [[labels, at, *astuple(counts)] for (labels, at), counts in self.counts.items()]
        return [self.closed, rows]


def parsed(row: Any) -> Tally:  # noqa: ANN401 - JSON
    if not row:
        return Tally()
    closed, rows = row
    counts = {
        (tuple((name, text) for name, text in labels), at): Counts(*said)
        for labels, at, *said in rows
    }
    return Tally(counts, closed)


def batch(
    fresh: Iterable[Place], tallies: Iterable[Tally], labels: Mapping[str, str], origin: Origin
) -> Batch:
    """The counts of these windows, of all files together; `labels` are added where there is no own."""
    totals = {place: Counts() for place in fresh}
    for tally in tallies:
        for place in totals.keys() & tally.counts.keys():
            totals[place].add(tally.counts[place])
    return Batch.concat(
        Batch.at_instant(place[1], _samples({**labels, **dict(place[0])}, counts, origin))
        for place, counts in totals.items()
    )


def _samples(
    labels: dict[str, str], counts: Counts, origin: Origin
) -> Iterator[tuple[SeriesKey, float]]:
    derived = labels.pop(DERIVED_LABEL, "")
    if counts.trials or counts.invalid:
        yield key_of(SUCCESSES, labels, origin, derived), float(counts.successes)
        yield key_of(TRIALS, labels, origin, derived), float(counts.trials)
        yield key_of(INVALID, labels, origin, derived), float(counts.invalid)
    if counts.scored:
        how = derived or "mean of the scored answers"
        yield key_of(SCORE, labels, origin, how), counts.total / counts.scored
        if not counts.unknown:
            yield key_of(SCORED, labels, origin, derived), float(counts.scored)
