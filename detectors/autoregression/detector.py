"""The detector: many series through as many segments as a block has."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.autoregression.layout import Layout, layout
from detectors.autoregression.states import Rows, States, step_of, unpacked
from detectors.autoregression.stretch import judge
from detectors.autoregression.turn import turn
from detectors.autoregression.unit import settle
from detectors.base import DetectorError, Floats, Scores, readable
from detectors.volatility import Restlessness
from reinfra.model import DAY, MINUTE, SeriesBlock

_TOGETHER = 256  # series at a time: what they need stays in the processor's cache
_LEAST_FAST, _LEAST_SLOW = 30, 1000
_LARGEST = 1e30
"""States keep values in float32."""


@dataclass(frozen=True, slots=True)
class Autoregression:
    """Causal and streaming: refitted at fixed instants, every six hours for steps up to ten minutes.

    A series is scored once it has 12 samples, with a wide scale; from 60 on by its last six values, after two
    days by yesterday's as well, after a week by those of a week ago. `zone` says by whose clocks it is the
    same time of the day. Where a value that is needed is missing a simpler model stands in; the first
    sample after a gap is not scored. Values above 1e30 are not scored.
    """

    zone: str = "UTC"
    memory: int = 14 * DAY
    fast: int = 180 * MINUTE
    name: str = field(default="autoregression", init=False)
    version: int = field(default=1, init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        return self.advance([None] * len(block.keys), block)[0]

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        plan = layout(block.step)
        scores = Scores.unscored(block.values.shape)
        first = int(block.at[0]) // block.step if block.at.size else 0
        x = readable(block)
        x[np.abs(x) > _LARGEST] = np.nan
        after: list[bytes] = []
        for begin in range(0, len(block.keys), _TOGETHER):
            rows = slice(begin, begin + _TOGETHER)
            kept = unpacked(states[rows], plan, self.version, first)
            if block.at.size:
                part = Scores(scores.values[rows], scores.expected[rows], scores.scale[rows])
                self._advance(kept, x[rows], first, part)
            after += kept.bytes()
        return scores, after

    def opens(self, since: int, until: int, step: int) -> bool:
        columns = layout(step).columns
        return (since // step - 1) // columns != (until // step - 1) // columns

    def split(self, state: bytes) -> tuple[bytes, bytes]:
        short = layout(step_of(state)).near.itemsize
        return state[:short], state[short:]

    def _advance(self, kept: States, x: Floats, first: int, scores: Scores) -> None:
        near, plan = kept.near, kept.layout
        if (near["until"] > first).any():
            raise DetectorError("a state that ends after the block begins")
        restlessness = Restlessness(
            max(self.fast / plan.step, _LEAST_FAST),
            max(self.memory / plan.step, _LEAST_SLOW),
            plan.columns,
        )
        new = near["lately"][:, 1] == 0
        some = near[new]
        restlessness.begin(some)
        near[new] = some
        self._catch_up(kept, first // plan.columns, restlessness)
        near["until"] = first
        done = 0
        while done < x.shape[1]:
            segment, begin = divmod(first + done, plan.columns)
            if segment != near["segment"][0]:
                self._turn(kept, np.ones(len(near), np.bool_), restlessness)
            size = min(plan.columns - begin, x.shape[1] - done)
            part = slice(done, done + size)
            of_part = Scores(
                scores.values[:, part], scores.expected[:, part], scores.scale[:, part]
            )
            _judge(near, plan, restlessness, begin, x[:, part], of_part)
            done += size

    def _catch_up(self, kept: States, segment: int, restlessness: Restlessness) -> None:
        """Through segments without a sample. After a week of them nothing is left that one more would change."""
        longest = kept.layout.buckets * kept.layout.per // kept.layout.columns + 4
        near = kept.near
        while (behind := near["segment"] < segment).any():
            rows = near["segment"] == near["segment"][behind].min()
            self._turn(kept, rows, restlessness)
            lost = rows & (near["until"] // kept.layout.columns + longest < near["segment"])
            near["segment"][lost] = segment

    def _turn(
        self,
        kept: States,
        rows: NDArray[np.bool_],
        restlessness: Restlessness,
    ) -> None:
        if not kept.opened[rows].all():
            raise DetectorError("the long part of a state is needed and was not given")
        if rows.all():
            turn(kept.near, kept.deep, kept.layout, restlessness, self.zone, self.memory)
            return
        near, deep = kept.near[rows], kept.deep[rows]
        turn(near, deep, kept.layout, restlessness, self.zone, self.memory)
        kept.near[rows], kept.deep[rows] = near, deep


def _judge(
    near: Rows, plan: Layout, restlessness: Restlessness, begin: int, x: Floats, scores: Scores
) -> None:
    """Series without a model learn a first one every sixth of a segment."""
    young = np.isnan(near["recent"][:, 0])
    for which, part in ((~young, plan.columns), (young, plan.part)):
        if not which.any():
            continue
        rows = slice(None) if which.all() else np.flatnonzero(which)
        some = near[rows]
        done = 0
        while done < x.shape[1]:
            at = begin + done
            if at % part == 0 and part == plan.part:
                settle(some, some["raw"][:, : plan.columns + at])
            size = min(part - at % part, x.shape[1] - done)
            columns = slice(done, done + size)
            found = judge(some, plan, restlessness, at, x[rows, columns])
            scores.values[rows, columns] = found.values
            scores.expected[rows, columns] = found.expected
            scores.scale[rows, columns] = found.scale
            done += size
        near[rows] = some
