"""Which faults are planted where and when in one copy of the history, so that none disturbs another."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from reinfra.backtest.faults import Stretch
from reinfra.backtest.inject.overlay import Other
from reinfra.backtest.inject.targets import Target
from reinfra.backtest.replay import Replay, Span
from reinfra.model import DAY, HOUR, MINUTE, Anomaly
from reinfra.store import SampleStore

GRACE = HOUR
"""What is found so long after a fault's end is still found: some windows look back an hour."""

_DRAWS = 30
_CROWDED = 0.25  # of a metric's series, in one copy
_BACK = 8 * DAY
_LEAST_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault at its target in [since, until)."""

    target: Target
    since: int
    until: int


@dataclass(slots=True, eq=False)
class Copy:
    """One copy of the history, as far as it is made."""

    samples: SampleStore
    before: Replay
    rng: np.random.Generator
    size: float
    planted: list[Planted] = field(default_factory=list)
    others: dict[int, Other] = field(default_factory=dict)
    _taken: set[object] = field(default_factory=set)

    def plant(self, targets: Sequence[Target], counts: Mapping[str, int]) -> bool:
        """Plant one fault at one of the targets, drawn at random. False where no draw fitted.

        `counts` says how many series each metric has. A fault lies where the target's own history was quiet,
        and not among the siblings of another.
        """
        for _ in range(_DRAWS):
            target = targets[int(self.rng.integers(len(targets)))]
            drawn = self._drawn(target)
            if drawn is not None and self._room(target, counts) and self._apply(drawn):
                return True
        return False

    def _drawn(self, target: Target) -> Planted | None:
        shortest, longest = target.fault.lasts
        length = int(self.rng.integers(shortest, longest + 1)) // MINUTE * MINUTE
        first, last = bounds(target, self.before.span, length)
        if last <= first:
            return None
        since = int(self.rng.integers(first, last)) // MINUTE * MINUTE
        quiet = Span(since - GRACE, since + length + GRACE)
        ids = target.ids
        noisy = any(
            one.series_id in ids and _touches(one.found, quiet) for one in self.before.found
        )
        return None if noisy else Planted(target, since, since + length)

    def _room(self, target: Target, counts: Mapping[str, int]) -> bool:
        if target.fleets & self._taken:
            return False
        mine = [one.target for one in self.planted] + [target]
        of_metric = Counter(one.key.metric for each in mine for one, _ in each.moves)
        return len(mine) == 1 or all(
            many <= _CROWDED * counts[metric] for metric, many in of_metric.items()
        )

    def _apply(self, drawn: Planted) -> bool:
        stored = [one for one, _ in drawn.target.moves]
        read = self.samples.samples(stored, drawn.since - _BACK, self.before.span.until)
        columns = zip(drawn.target.moves, read.at, read.value, strict=True)
        others = {}
        for (one, move), at, value in columns:
            stretch = Stretch(one.key, at, value, drawn.since, drawn.until, self.size, self.rng)
            if stretch.during.sum() < _LEAST_SAMPLES or not stretch.week.size:
                return False
            others[one.id] = Other(drawn.since, move.change(stretch))
        self.others |= others
        self.planted.append(drawn)
        self._taken |= drawn.target.fleets
        return True


def bounds(target: Target, span: Span, length: int) -> tuple[int, int]:
    """Between these a fault of `length` ms can begin: a day of samples before it, an hour after it."""
    first = max(span.since, *(one.first_at + DAY for one, _ in target.moves))
    last = min(span.until, *(one.last_at for one, _ in target.moves)) - length - GRACE
    return first, last


def _touches(found: Anomaly, span: Span) -> bool:
    return found.since < span.until and span.since <= found.until
