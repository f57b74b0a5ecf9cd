"""Which channels of a multivariate series measure something, and their scores as one."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from reinfra.model import SeriesBlock

LOOKED_AT = 2000
"""In a stream, so many cells from a series' first sample on say what kind a channel is: later ones must not."""

_COMMANDS = 20
"""A channel with no more different values holds states or commands: context, never a source of alarms."""


def measures(block: SeriesBlock, channels: int, looked_at: int | None = None) -> NDArray[np.bool_]:
    """`[series, channel]`: True for channels of more than 20 different values, else for the most varied.

    `looked_at` cells from the first sample on are looked at, None for all.
    """
    counts = np.array([_different(x[there]) for x, there in _rows(block, looked_at)]).reshape(
        -1, channels
    )
    found = counts > _COMMANDS
    none = ~found.any(axis=1)
    found[none, counts[none].argmax(axis=1)] = True
    return found


def combined(scores: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Of `[channel, time]` the root of the sum of squares, and the channel that adds most to it.

    NaN where no channel is scored.
    """
    if len(scores) == 1:
        return scores[0], np.zeros(scores.shape[1], np.intp)
    known = np.nan_to_num(scores)
    total = np.sqrt(np.square(known).sum(axis=0))
    return np.where(np.isnan(scores).all(axis=0), np.nan, total), known.argmax(axis=0)


def _rows(block: SeriesBlock, looked_at: int | None) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    for x, there in zip(block.values, block.mask, strict=True):
        begin = int(there.argmax())
        part = slice(begin, None if looked_at is None else begin + looked_at)
        yield x[part], there[part]


def _different(values: Floats) -> int:
    return int(np.unique(values[np.isfinite(values)]).size)
