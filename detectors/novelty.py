"""How new a sample is: values in an order never seen, and a change or a drop larger than for a long time.

That a context of coarse values was never met is the idea of contextOSE (M. Smirnov, Numenta Anomaly Benchmark).
The age of a record needs no scale, and says itself in words: "the largest change for N samples".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detectors.base import Scores, readable
from detectors.novelty_memory import VERSION, Seen
from reinfra.model import SeriesBlock


@dataclass(frozen=True, slots=True)
class Novelty:
    """Causal, and of no unit: between 0 and 2, and 0 where something as new was said of the last `quiet` samples.

    Values are coarse: an eighth of the range seen so far, rounded up to a power of two. A record is the
    largest for up to twice `span` samples. Nothing is scored before `warm_up` samples.
    """

    span: int = 300
    quiet: int = 120
    warm_up: int = 200
    name: str = field(default="novelty", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    @property
    def version(self) -> int:
        return VERSION

    def score(self, block: SeriesBlock) -> Scores:
        return self._advanced([Seen() for _ in block.keys], block)

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        seen = [Seen() if one is None else Seen.unpack(one) for one in states]
        scores = self._advanced(seen, block)
        return scores, [one.pack() for one in seen]

    def _advanced(self, seen: list[Seen], block: SeriesBlock) -> Scores:
        scores = Scores.unscored(block.values.shape)
        for row, (one, x) in enumerate(zip(seen, readable(block), strict=True)):
            there = np.flatnonzero(np.isfinite(x))
            scores.values[row, there] = [
                one.take(value, self.span, self.quiet, self.warm_up) for value in x[there].tolist()
            ]
        return scores
