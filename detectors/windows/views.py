"""Windows of a series as short vectors, between which distances mean what they mean between the windows.

Mean-removed windows as their slowest cosines (the discrete cosine transform, Ahmed, Natarajan and Rao, IEEE
Transactions on Computers 1974); what these leave out is one more coordinate, so that an unusual rest is seen.
Long windows are first averaged down to about 32 values. Nothing is fitted: a vector made once stays good.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from detectors.base import Floats

Vectors = NDArray[np.float32]

_VALUES = 32
_COSINES = 12
_OFFSETS = 8
_NOISE = 1e-3
"""Shapes smaller than this part of the series' spread are no shapes."""

_LEVEL = 0.3
"""How much a window's mean counts beside its shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Where the windows of one scale are: `length` points from `starts` on, `stride` apart."""

    length: int
    stride: int
    block: int
    starts: NDArray[np.intp]

    def at(self, starts: NDArray[np.intp]) -> "Cut":
        """Windows as long that begin elsewhere: whole blocks apart."""
        return Cut(self.length, self.stride, self.block, starts)

    @classmethod
    def of(cls, size: int, length: int) -> "Cut":
        """Windows of about `length` of `size` points: whole blocks of points, about eight to a window's length."""
        block = max(1, length // _VALUES)
        values = length // block
        stride = max(1, round(values / _OFFSETS)) * block
        length = values * block
        return cls(length, stride, block, np.arange(0, size // block * block - length + 1, stride))


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """`vectors[window, component]`, the last one the rest; `level[window]` is its mean."""

    vectors: Vectors
    level: Floats


def shapes(x: Floats, cut: Cut) -> Shapes:
    """A window's vector does not depend on the windows beside it."""
    onto = _cosines(cut.length // cut.block, cut.block)
    windows = _windows(x, cut)
    vectors = np.empty((len(windows), onto.shape[1] + 1), np.float32)
    np.matmul(windows, onto, out=vectors[:, :-1])
    level, energy = _moments(x, cut)
    known = np.einsum("ij,ij->i", vectors[:, :-1], vectors[:, :-1])
    vectors[:, -1] = np.sqrt(np.maximum(energy - known, 0))
    return Shapes(vectors, level)


def levelled(found: Shapes, length: int, centre: float) -> Vectors:
    """Shape, and mean from `centre` on."""
    level = _LEVEL * np.sqrt(length) * (found.level - centre)
    return np.column_stack((found.vectors, level.astype(np.float32)))


def scaled(found: Shapes, length: int, usual: float) -> Vectors:
    """Shapes of about one size, and how large they were: a small pattern counts like a large one.

    Shapes far smaller than the `usual` size are noise and stay small.
    """
    size = _sizes(found, length)
    least = _LEVEL * usual + _NOISE
    unit = np.sqrt(np.square(size) + least**2)
    logarithm = _LEVEL * np.sqrt(length) * np.log(size + least)
    return np.column_stack((found.vectors / unit[:, None], logarithm.astype(np.float32)))


def usual_size(found: Shapes, length: int) -> float:
    """The median root mean square of the windows."""
    return float(np.median(_sizes(found, length)))


def _sizes(found: Shapes, length: int) -> Vectors:
    size: Vectors = np.sqrt(np.einsum("ij,ij->i", found.vectors, found.vectors) / length)
    return size


def _windows(x: Floats, cut: Cut) -> Vectors:
    """Each window's values, averaged over blocks."""
    whole = x[: x.size // cut.block * cut.block]
    coarse = whole.reshape(-1, cut.block).mean(axis=1) if cut.block > 1 else whole
    apart = sliding_window_view(coarse.astype(np.float32), cut.length // cut.block)
    found: Vectors = apart[cut.starts // cut.block]
    return found


def components(cut: Cut) -> int:
    """How many cosines there are."""
    return min(_COSINES, cut.length // cut.block - 1)


@lru_cache(maxsize=64)
def _cosines(values: int, block: int) -> Vectors:
    """As columns of length 1, counted in points; each of mean 0, so that a window's mean does not count."""
    turns = np.outer(np.arange(values) + 0.5, np.arange(1, min(_COSINES, values - 1) + 1))
    waves: Vectors = (np.cos(np.pi / values * turns) * np.sqrt(2 * block / values)).astype("f4")
    return waves


def _moments(x: Floats, cut: Cut) -> tuple[Floats, Floats]:
    """Each window's mean, and the sum of squares around it."""
    sums = np.zeros((2, x.size + 1))
    np.cumsum(x, out=sums[0, 1:])
    np.cumsum(np.square(x), out=sums[1, 1:])
    total, squares = sums[:, cut.starts + cut.length] - sums[:, cut.starts]
    mean = total / cut.length
    return mean, np.maximum(squares - total * mean, 0)
