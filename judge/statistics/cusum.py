"""Has quality dropped? A decision after every graded item, with a false alarm only every so many items.

The Bernoulli CUSUM (Reynolds & Stoumbos 1999, J. Quality Technology 31:87-108). A window's mean has to wait for
its window, and its false alarms depend on how many answers it happens to hold; this waits for nothing.
"""

import functools
from dataclasses import dataclass
from typing import Self

import numpy as np

from judge.statistics.estimate import Values
from reinfra.model import InputError

DROP = 0.10
ITEMS_BETWEEN = 8_000
_STEPS = 8
"""Steps that a failed item climbs at least, so that rounding to whole steps changes little."""

_HIGHEST = 4_096


@dataclass(frozen=True, slots=True)
class Watched:
    """`level[i]` after item i, in steps; `alarms` are the items at which it was reached, each starting anew."""

    level: Values
    alarms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cusum:
    """A passed item lowers the level by `down` steps, never below 0; a failed one raises it by `up`.

    An alarm comes at `limit` steps. Steps are whole, so that the time to an alarm can be computed exactly.
    """

    down: int
    up: int
    limit: int

    @classmethod
    def designed(
        cls, baseline: float, drop: float = DROP, items_between: int = ITEMS_BETWEEN
    ) -> Self:
        """The quickest for a fall of the pass rate from `baseline` by `drop`.

        It alarms falsely once in `items_between` items on average while the rate stays at `baseline`. Raises
        InputError where there is no such fall.
        """
        down, up = _steps(baseline, drop)
        lowest = cls(down, up, 1)
        high = 1
        while high < _HIGHEST and lowest._at(high).items_to_alarm(baseline) < items_between:
            high *= 2
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            enough = lowest._at(middle).items_to_alarm(baseline) >= items_between
            low, high = (low, middle) if enough else (middle, high)
        return lowest._at(high)

    def _at(self, limit: int) -> Self:
        return type(self)(self.down, self.up, limit)

    def items_to_alarm(self, pass_rate: float) -> float:
        """The expected number of items from level 0 to an alarm (Brook & Evans 1972, Biometrika 59:539-549)."""
        return _items_to_alarm(self.down, self.up, self.limit, pass_rate)

    def watch(self, scores: Values, level: float = 0.0) -> Watched:
        """Scores from 0 to 1 in their order; between them, a failure in part. NaN leaves the level alone.

        `level` is the last of an earlier stretch, for this goes on where that one stopped.
        """
        levels, alarms = np.empty(scores.size), []
        for place, score in enumerate(scores.tolist()):
            if score == score:  # noqa: PLR0124 - not NaN
                level = max(0.0, level + (1 - score) * (self.up + self.down) - self.down)
            levels[place] = level
            if level >= self.limit:
                alarms.append(place)
                level = 0.0
        return Watched(levels, tuple(alarms))


def _steps(baseline: float, drop: float) -> tuple[int, int]:
    """Log-likelihood ratios of a pass and of a failure, as whole steps."""
    if not 0 < drop < baseline < 1:
        why = f"a fall of {drop} from {baseline}"
        raise InputError("a pass rate falls from below 1 to above 0", why=why)
    passed = np.log(baseline / (baseline - drop))
    failed = np.log((1 - baseline + drop) / (1 - baseline))
    down = max(1, round(_STEPS * passed / failed))
    return down, max(1, round(float(down * failed / passed)))


@functools.lru_cache(maxsize=1_024)
def _items_to_alarm(down: int, up: int, limit: int, pass_rate: float) -> float:
    levels = np.arange(limit)
    moves = np.zeros((limit, limit))
    np.add.at(moves, (levels, np.maximum(levels - down, 0)), pass_rate)
    below = levels + up < limit
    moves[levels[below], levels[below] + up] += 1 - pass_rate
    return float(np.linalg.solve(np.eye(limit) - moves, np.ones(limit))[0])
