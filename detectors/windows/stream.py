"""Windows far from every earlier one, as they end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detectors.base import Floats, Scores, readable
from detectors.windows.memory import Memory, chunk_of
from detectors.windows.settle import Cover
from detectors.windows.states import packed, restored
from reinfra.model import SeriesBlock

_TRUST = 2000.0


@dataclass(frozen=True, slots=True)
class WindowsStream:
    """Causal: what windows that end now, and the error of a forecast of now, say about now.

    Windows are compared with some hundreds of earlier ones; how long they are, and what is usual, is found anew
    at 256 points, whenever a series has doubled, and later every 8,192 points. With little history scores are
    small: they count n / (n + 2,000) after n points, and nothing is scored before 256. `expected` is the
    forecast; the score looks at more than how far a sample is from it, so there is no scale.

    `settled` gives the scores of the whole, which are better: they also know the windows that begin at a
    point or before it and end later, the longest of which is two periods long.
    """

    name: str = field(default="windows_stream", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)
    version: int = field(default=2, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        return self.advance([None] * len(block.keys), block)[0]

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        scores = Scores.unscored(block.values.shape)
        after = []
        for row, (state, x) in enumerate(zip(states, readable(block), strict=True)):
            memory = restored(state, self.version, block.step)
            _feed(memory, x, block, scores.values[row], scores.expected[row])
            after.append(packed(memory, self.version, block.step))
        return scores, after

    def settled(self, block: SeriesBlock) -> tuple[Scores, Floats]:
        """Scores that see two periods of the future, and those of `score`."""
        scores = Scores.unscored(block.values.shape)
        now = np.full(block.values.shape, np.nan)
        for row, x in enumerate(readable(block)):
            cover = Cover(x.size)
            trust = _feed(Memory(), x, block, now[row], scores.expected[row], cover)
            scores.values[row] = np.where(np.isfinite(now[row]), cover.total() * trust, np.nan)
        return scores, now


def _feed(
    memory: Memory,
    x: Floats,
    block: SeriesBlock,
    now: Floats,
    expected: Floats,
    cover: Cover | None = None,
) -> Floats:
    """Fill in what is known at once, and what was expected. How much each score counts."""
    trust = np.zeros(x.size)
    if memory.count and x.size:
        _skip(memory, int((block.at[0] - memory.last_at) // block.step) - 1)
    place = _next(memory, x, 0)
    while place < x.size:
        size = min(chunk_of(memory.count)[1] - memory.count, x.size - place)
        taken = slice(place, place + size)
        counted = memory.count + np.arange(size)
        trust[taken] = counted / (counted + _TRUST)
        chunk = memory.take(x[taken], whole=cover is not None)
        if chunk is not None:
            now[taken] = chunk.seen.strange[chunk.part] * trust[taken]
            expected[taken] = memory.values(chunk.seen.expected[chunk.part])
            if cover is not None:
                cover.add(chunk, place)
        place = _next(memory, x, place + size)
    if memory.count:
        memory.last_at = int(block.at[-1])
    missing = np.isnan(x)
    now[missing] = expected[missing] = np.nan
    return trust


def _next(memory: Memory, x: Floats, place: int) -> int:
    """Where in `x` to go on: with nothing remembered, at the next sample."""
    if memory.count:
        return place
    known = np.flatnonzero(np.isfinite(x[place:]))
    return place + int(known[0]) if known.size else x.size


def _skip(memory: Memory, missed: int) -> None:
    """What lies between is a gap."""
    while missed > 0 and memory.count:
        size = min(chunk_of(memory.count)[1] - memory.count, missed)
        memory.take(np.full(size, np.nan), whole=False)
        missed -= size
