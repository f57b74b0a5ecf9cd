"""Series that end or begin at different cells, as stretches in which all that take part are there."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int64]


def stages(first: Cells, after: Cells) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """`[begin, end)` and the rows that cover it, by time; row i covers `[first[i], after[i])`."""
    edges = np.unique(np.concatenate([first, after]))
    for begin, end in pairwise(edges.tolist()):
        rows = np.flatnonzero((first <= begin) & (after >= end))
        if rows.size:
            yield begin, end, rows


def last_cell(mask: NDArray[np.bool_]) -> Cells:
    """One after the last cell of each row that has a sample; 0 for a row without any."""
    size = mask.shape[1]
    last = size - np.argmax(mask[:, ::-1], axis=1)
    return np.where(mask.any(axis=1), last, 0)
