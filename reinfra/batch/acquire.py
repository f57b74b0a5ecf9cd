"""First stage: the series of a window, as blocks of one step that fit in memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.batch.steps import Steps
from reinfra.model import SeriesBlock
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


def blocks(
    store: SampleStore, series: list[Stored], window: Window, steps: Steps
) -> Iterator[Acquired]:
    """Every series that has a sample in the window, in blocks of at most CELLS cells; like metrics together."""
    groups: dict[int, list[Stored]] = defaultdict(list)
    for stored in sorted(live(series, window), key=lambda one: (one.key.metric, one.id)):
        groups[steps.of(stored)].append(stored)
    for step, group in groups.items():
        yield from blocks_of(store, group, window, step)


def blocks_of(
    store: SampleStore, series: list[Stored], window: Window, step: int
) -> Iterator[Acquired]:
    """These series from their history on, in blocks of at most CELLS cells."""
    rows = max(1, CELLS * step // max(step, window.until - window.history))
    for start in range(0, len(series), rows):
        part = series[start : start + rows]
        begin = max(window.history, min(one.first_at for one in part))
        over = window.until // step * step
        yield Acquired(store.read(part, begin // step * step, over, step, Rule.MEAN), part)


def live(series: list[Stored], window: Window) -> list[Stored]:
    """Those that have a sample in the window or its history."""
    return [one for one in series if one.last_at >= window.history and one.first_at < window.until]
