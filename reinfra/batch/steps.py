"""How far apart the points are that a series is read at: its signal's cadence, or the slower rhythm it comes in.

A detector that looks at a grid of a minute never sees two cells in a row of what is sent every five.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from detectors.staleness import rhythm
from reinfra.model import DAY, HOUR, MINUTE, SECOND
from reinfra.signals import find
from reinfra.store import SampleStore, Stored

_LOOKS = 3 * HOUR, 2 * DAY
_SLOWER = 1.5  # times the cadence: less is jitter
_ROUND = (
    *(each * SECOND for each in (2, 5, 10, 15, 20, 30)),
    *(each * MINUTE for each in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(each * HOUR for each in (1, 2, 3, 6, 12, 24)),
)

Sent = tuple[str, str]
"""Source and metric: what is sent together comes in one rhythm."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The step of each series in ms. `default` is for signals without a cadence."""

    default: int
    slower: Mapping[Sent, int] = field(default_factory=dict)

    def of(self, stored: Stored) -> int:
        return self.slower.get(_sent(stored)) or step_of(stored, self.default)


def measured(store: SampleStore, series: Sequence[Stored], until: int, default: int) -> Steps:
    """Steps by the rhythm of one series of each kind: of those, the one with the latest sample before `until`.

    Where a rhythm cannot be told yet, the cadence holds.
    """
    latest: dict[Sent, Stored] = {}
    for one in sorted(series, key=lambda one: (-one.last_at, one.id)):
        latest.setdefault(_sent(one), one)
    slower: dict[Sent, int] = {}
    for look in _LOOKS:
        due = [one for one in latest.values() if min(one.last_at, until) >= until - look]
        for one, at in zip(due, store.samples(due, until - look, until).at, strict=True):
            usual = rhythm(at)
            if usual is None:
                continue
            del latest[_sent(one)]
            if usual > _SLOWER * step_of(one, default):
                slower[_sent(one)] = next((each for each in _ROUND if each >= 0.95 * usual), DAY)
    return Steps(default, slower)


def step_of(stored: Stored, default_step: int) -> int:
    """The signal's cadence, in ms."""
    signal = find(stored.key.metric)
    return round(signal.cadence * 1000) if signal and signal.cadence else default_step


def _sent(stored: Stored) -> Sent:
    return stored.source, stored.key.metric
