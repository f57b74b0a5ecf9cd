"""The nearest of some hundreds of vectors, for each of very many: one matrix product and a minimum."""

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.windows.views import Vectors

_CELLS = 200_000
"""Distances that are in memory at once: they stay in a core's cache."""

_GOLDEN = 0.6180339887498949


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
    vectors: Vectors, starts: NDArray[np.intp], bank: NDArray[np.intp], length: int
) -> tuple[Floats, NDArray[np.intp]]:
    """Distance to, and place of, the nearest of `vectors[bank]` that does not overlap in time.

    A vector that begins within `length` of another overlaps it. Where the whole bank does, the
    distance is NaN.
    """
    kept, begins = vectors[bank], starts[bank]
    # |a - b|^2 less |a|^2, which is the same for every b, is one product with [-2b, |b|^2]
    squares = np.einsum("ij,ij->i", kept, kept)[:, None]
    towards = np.ascontiguousarray(np.concatenate((-2 * kept, squares), axis=1).T)
    from_here = np.concatenate((vectors, np.ones((len(vectors), 1), np.float32)), axis=1)
    first = np.searchsorted(begins, starts - length, "right")
    after = np.searchsorted(begins, starts + length, "left")
    band = np.arange(int((after - first).max()))
    rows = max(16, _CELLS // bank.size)
    far = np.empty((rows, bank.size), np.float32)
    place = np.empty(len(vectors), np.intp)
    for begin in range(0, len(vectors), rows):
        part = slice(begin, min(begin + rows, len(vectors)))
        distance = np.matmul(from_here[part], towards, out=far[: part.stop - begin])
        near = np.minimum(first[part, None] + band, np.maximum(after[part, None] - 1, 0))
        distance[np.arange(len(distance))[:, None], near] = np.inf
        place[part] = distance.argmin(axis=1)
    difference = vectors - kept[place]
    found = np.sqrt(np.einsum("ij,ij->i", difference, difference).astype(np.float64))
    found[after - first >= bank.size] = np.nan
    return found, bank[place]
