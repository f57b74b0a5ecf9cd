"""First stage: the series of a window, as blocks of one step that fit in memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.model import SeriesBlock
from reinfra.signals import find
from reinfra.store import Rule, SampleStore, Stored

CELLS = 4_000_000
"""A block has at most this many cells (32 MB of values), unless one series alone has more."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a run looks at: points in [since, until) are judged, those from `history` on are learned from.

    On a grid, a run judges the cells that end in (since, until]: one that is not over yet is the next
    run's, so that runs side by side judge every cell once, and whole.
    """

    history: int
    since: int
    until: int


@dataclass(frozen=True, slots=True, eq=False)
class Acquired:
    """A block, and the stored series that are its rows."""

    block: SeriesBlock
    series: list[Stored]


def by_step(series: list[Stored], default_step: int) -> dict[int, list[Stored]]:
    """Series by the step they are read at: their signal's cadence, in ms. Like metrics stay together."""
    groups: dict[int, list[Stored]] = defaultdict(list)
    for stored in sorted(series, key=lambda one: (one.key.metric, one.id)):
        groups[_step(stored, default_step)].append(stored)
    return dict(groups)


def blocks(
    store: SampleStore, series: list[Stored], window: Window, default_step: int
) -> Iterator[Acquired]:
    """Every series that has a sample in the window, in blocks of at most CELLS cells."""
    live = [one for one in series if one.last_at >= window.history and one.first_at < window.until]
    for step, group in by_step(live, default_step).items():
        rows = max(1, CELLS * step // max(step, window.until - window.history))
        for start in range(0, len(group), rows):
            part = group[start : start + rows]
            begin = max(window.history, min(one.first_at for one in part))
            over = window.until // step * step
            block = store.read(part, begin // step * step, over, step, Rule.MEAN)
            yield Acquired(block, part)


def _step(stored: Stored, default_step: int) -> int:
    signal = find(stored.key.metric)
    return round(signal.cadence * 1000) if signal and signal.cadence else default_step
