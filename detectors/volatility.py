"""How restless a series is lately, against how restless it usually is."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats

_NORMAL = 0.8
"""The mean of |x| for a standard normal x, about: what an error in units of its scale starts from."""
_BOUND = 6.0  # one spike must not blind the detector to the next one
_MOST = 4.0


@dataclass(frozen=True, slots=True)
class Restlessness:
    """The ratio of two exponentially weighted means of errors, with `fast` and `slow` columns as time constants.

    A mean is a sum and a weight, each a running sum of x / decay**t: vectorised over time, and still
    strictly sequential. Within a segment of `columns` nothing is rescaled; `turn` does it between two.
    The factor is 1 until a tenth of `slow` has been scored: what is usual is not known before.
    """

    fast: float
    slow: float
    columns: int

    def begin(self, near: NDArray[Any]) -> None:
        """Sums of series that have not been scored yet."""
        near["lately"] = _NORMAL * self.fast, self.fast

    def factors(self, near: NDArray[Any], begin: int, errors: Floats) -> Floats:
        """For each error (in units of its usual size, NaN for none) the factor 1 to 4 by which its scale is
        widened, from earlier errors only. `begin` is the first one's column in the segment.
        """
        there = np.isfinite(errors)
        bounded = np.where(there, np.minimum(errors, _BOUND), 0.0)
        part = slice(begin, begin + errors.shape[1])
        lately = _means(near["lately"], bounded, there, _powers(self.fast, self.columns)[part])
        usually = _means(near["usually"], bounded, there, _powers(self.slow, self.columns)[part])
        near["scored"] += there.sum(axis=1)
        with np.errstate(all="ignore"):  # of series that are not settled
            factor: Floats = np.clip(lately / usually, 1.0, _MOST)
        return np.where(near["settled"][:, None], factor, 1.0)

    def turn(self, near: NDArray[Any], rows: NDArray[np.bool_]) -> None:
        """Rescale the sums of `rows` at the end of a segment, and settle those that have seen enough."""
        near["lately"] *= np.where(rows, _decay(self.fast) ** self.columns, 1.0)[:, None]
        near["usually"] *= np.where(rows, _decay(self.slow) ** self.columns, 1.0)[:, None]
        fresh = ~near["settled"] & (near["scored"] >= self.slow / 10)
        mean = near["lately"][:, 0] / near["lately"][:, 1]
        start = np.stack([mean * self.slow, np.full(mean.size, self.slow)], axis=1)
        near["usually"] = np.where(fresh[:, None], start, near["usually"])
        near["settled"] |= fresh


def _decay(span: float) -> float:
    return 1 - 1 / span


@cache
def _powers(span: float, columns: int) -> Floats:
    """One table for all stretches: the same power is the same number wherever a stretch begins."""
    powers: Floats = _decay(span) ** -np.arange(1.0, columns + 1)
    return powers


def _means(sums: NDArray[Any], errors: Floats, there: NDArray[np.bool_], powers: Floats) -> Floats:
    """The mean before each column; `sums` (sum and weight) moves on to the last one."""
    means = []
    for part, added in enumerate((errors, there)):
        running = np.empty((errors.shape[0], errors.shape[1] + 1))
        running[:, 0] = sums[:, part]
        np.multiply(added, powers, out=running[:, 1:])
        np.cumsum(running, axis=1, out=running)
        sums[:, part] = running[:, -1]
        means.append(running[:, :-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(means[0] / means[1])
