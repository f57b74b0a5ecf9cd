"""The nearest of some hundreds of vectors, for each of very many: one matrix product and a minimum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.windows.views import Vectors

_CELLS = 200_000
"""Distances that are in memory at once: they stay in a core's cache."""

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Vectors of windows of `length` points, and where these begin, in ascending order."""

    vectors: Vectors
    starts: NDArray[np.intp]
    length: int


def spread(count: int, most: int) -> NDArray[np.intp]:
    """At most `most` of `count` places, all over them but at no regular distance.

    Taken at one distance they could all lie in one phase of what repeats.
    """
    if count <= most:
        return np.arange(count)
    edges = np.linspace(0, count, most + 1)
    within = (_GOLDEN * np.arange(most)) % 1
    return np.unique((edges[:-1] + within * np.diff(edges)).astype(np.intp))


def nearest(
    vectors: Vectors, starts: NDArray[np.intp], bank: Bank
) -> tuple[Floats, NDArray[np.intp]]:
    """Distance to, and place in the bank of, each vector's nearest one that does not overlap in time.

    A window that begins less than `length` from another overlaps it. Where the whole bank does, the
    distance is NaN.
    """
    # |a - b|^2 less |a|^2, which is the same for every b, is one product with [-2b, |b|^2]
    width = bank.vectors.shape[1]
    towards = np.empty((width + 1, bank.starts.size), np.float32)
    np.multiply(bank.vectors.T, -2, out=towards[:width])
    np.einsum("ij,ij->i", bank.vectors, bank.vectors, out=towards[width])
    from_here = np.empty((len(vectors), width + 1), np.float32)
    from_here[:, :width] = vectors
    from_here[:, width] = 1
    first = bank.starts.searchsorted(starts - bank.length, "right")
    after = bank.starts.searchsorted(starts + bank.length, "left")
    near = after - first
    band = np.arange(int(near.max(initial=0)))
    rows = max(16, _CELLS // bank.starts.size)
    far = np.empty((min(rows, len(vectors)), bank.starts.size), np.float32)
    place = np.empty(len(vectors), np.intp)
    for begin in range(0, len(vectors), rows):
        part = slice(begin, min(begin + rows, len(vectors)))
        distance = np.matmul(from_here[part], towards, out=far[: part.stop - begin])
        _exclude(distance, first[part], near[part], band)
        distance.argmin(axis=1, out=place[part])
    difference = vectors - bank.vectors[place]
    found = np.sqrt(np.einsum("ij,ij->i", difference, difference), dtype=np.float64)
    found[near >= bank.starts.size] = np.nan
    return found, place


def _exclude(
    distance: Vectors, first: NDArray[np.intp], count: NDArray[np.intp], band: NDArray[np.intp]
) -> None:
    """Infinity in `count` columns from `first` on of each row."""
    some = np.flatnonzero(count)
    if some.size:
        rows, columns = np.nonzero(band < count[some, None])
        rows = some[rows]
        distance[rows, first[rows] + band[columns]] = np.inf
