"""Windows of a series as short vectors, between which distances mean what they mean between the windows.

Mean-removed windows, in the basis of their own principal components; what the basis leaves out is one
more coordinate, so that an unusual rest is seen. Long windows are first averaged down to about 32 values.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from detectors.base import Floats

Vectors = NDArray[np.float32]

_VALUES = 32
_COMPONENTS = 16
_OFFSETS = 8
_FITTED_ON = 1000
_LEVEL = 0.3
"""How much a window's mean counts beside its shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Where the windows of one scale are: `length` points from `starts` on, `stride` apart."""

    length: int
    stride: int
    block: int
    starts: NDArray[np.intp]

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


def shapes(x: Floats, cut: Cut, fitted: slice = slice(None)) -> Shapes:
    """The basis is that of the windows in `fitted`."""
    values = cut.length // cut.block
    whole = x[: x.size // cut.block * cut.block]
    coarse = whole.reshape(-1, cut.block).mean(axis=1) if cut.block > 1 else whole
    windows = sliding_window_view(coarse.astype(np.float32), values)[:: cut.stride // cut.block]
    basis = _basis(windows[fitted], cut.block)
    vectors = np.empty((len(windows), basis.shape[1] + 1), np.float32)
    np.matmul(windows, basis, out=vectors[:, :-1])
    level, energy = _moments(x, cut)
    known = np.einsum("ij,ij->i", vectors[:, :-1], vectors[:, :-1])
    vectors[:, -1] = np.sqrt(np.maximum(energy - known, 0))
    return Shapes(vectors, level)


def levelled(found: Shapes, length: int) -> Vectors:
    """Shape and mean."""
    level = _LEVEL * np.sqrt(length) * (found.level - np.median(found.level))
    return np.column_stack((found.vectors, level.astype(np.float32)))


def scaled(found: Shapes, length: int) -> Vectors:
    """Shapes of about one size, and how large they were: a small pattern counts like a large one."""
    size = np.sqrt(np.einsum("ij,ij->i", found.vectors, found.vectors) / length)
    least = _LEVEL * float(np.median(size)) + 1e-9
    unit = np.sqrt(np.square(size) + least**2)
    logarithm = _LEVEL * np.sqrt(length) * np.log(size + least)
    return np.column_stack((found.vectors / unit[:, None], logarithm.astype(np.float32)))


def _basis(windows: NDArray[np.float32], block: int) -> Vectors:
    """Principal components as columns, each of mean 0 so that a window's mean does not count."""
    some = windows[:: max(1, len(windows) // _FITTED_ON)]
    centred = some - some.mean(axis=1, keepdims=True)
    _, found = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    basis = found[:, ::-1][:, :_COMPONENTS]
    free: Vectors = ((basis - basis.mean(axis=0)) * np.sqrt(block)).astype(np.float32)
    return free


def _moments(x: Floats, cut: Cut) -> tuple[Floats, Floats]:
    """Each window's mean, and the sum of squares around it."""
    sums = np.zeros((2, x.size + 1))
    np.cumsum(x, out=sums[0, 1:])
    np.cumsum(np.square(x), out=sums[1, 1:])
    total, squares = sums[:, cut.starts + cut.length] - sums[:, cut.starts]
    mean = total / cut.length
    return mean, np.maximum(squares - total * mean, 0)
