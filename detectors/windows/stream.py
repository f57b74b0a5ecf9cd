"""Windows far from every earlier one, as they end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detectors.base import Floats, Scores, readable
from detectors.windows.memory import Memory
from reinfra.model import SeriesBlock


@dataclass(frozen=True, slots=True)
class WindowsStream:
    """Causal: what windows that end now, and the error of a forecast of now, say about now.

    Fitted anew on the last 8,000 points whenever a series has grown by half, later every 6,000 points;
    nothing is scored before 250. With little history scores are small: they count n / (n + 1,000) after n points.

    `settled` gives the scores of the whole, which are better: they also know the windows that begin at a
    point or before it and end later, the longest of which is two periods long.
    """

    name: str = field(default="windows_stream", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)
    version: int = field(default=1, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        return self.advance([None] * len(block.keys), block)[0]

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        scores = Scores.unscored(block.values.shape)
        after = []
        for row, (state, x) in enumerate(zip(states, readable(block), strict=True)):
            memory = Memory.restored(state, self.version, block.step)
            now, _ = memory.feed(x, block.at, block.step)
            scores.values[row] = now
            after.append(memory.packed(self.version, block.step))
        return scores, after

    def settled(self, block: SeriesBlock) -> tuple[Scores, Floats]:
        """Scores that see two periods of the future, and those of `score`."""
        scores = Scores.unscored(block.values.shape)
        now = np.full(block.values.shape, np.nan)
        for row, x in enumerate(readable(block)):
            now[row], scores.values[row] = Memory.fresh().feed(x, block.at, block.step)
        return scores, now
