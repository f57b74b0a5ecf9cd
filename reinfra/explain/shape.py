"""The shape of an episode, whatever its size and length, and how far two episodes are apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from reinfra.signals import find

SIZE = 24
"""Points of a shape: 6 before the episode, 12 in it, 6 after it."""

_EDGE = 0.5  # of the episode's length, looked at on either side
_OTHER_SIGNAL = 0.5
_LENGTH = 0.25  # for each doubling
_MOST_LENGTH = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """`shape` goes from -1 to 1 (NaN: there was no value, as in a silence); `lasted` is in ms."""

    metric: str
    shape: Floats
    lasted: int


def shape(at: NDArray[np.int64], value: Floats, span: tuple[int, int], usual: float) -> Floats:
    """SIZE points of samples around [since, until]: what they are away from `usual`, by the largest of it.

    `usual` NaN: the median of what lies before the episode. NaN throughout where samples are lacking.
    """
    since, until = span
    known = np.isfinite(value)
    at, value = at[known], value[known]
    if not at.size or not ((at >= since) & (at <= until)).any():
        return np.full(SIZE, np.nan)
    before = value[at < since]
    centre = usual if np.isfinite(usual) else float(np.median(before if before.size else value))
    edge = edge_of(span)
    places = np.linspace(since - edge, until + edge, SIZE)
    away = np.interp(places, at, value) - centre
    largest = float(np.abs(away).max())
    return np.asarray(away / largest if largest > 0 else away, np.float64)


def edge_of(span: tuple[int, int]) -> int:
    """How many ms on either side of an episode belong to its shape."""
    return round(max(span[1] - span[0], 1) * _EDGE)


def distance(one: Episode, other: Episode) -> float:
    """0 for the same; infinite for signals that have nothing in common.

    The root mean square of the differences of the shapes (0 to 2), 0.5 more for another signal of the same
    family, and 0.25 more for each doubling of the length, up to 1. A silence is only like another one.
    """
    signal = _apart(one.metric, other.metric)
    silent = np.isnan(one.shape).any(), np.isnan(other.shape).any()
    if signal is None or silent[0] != silent[1]:
        return float("inf")
    shapes = 0.0 if silent[0] else float(np.sqrt(np.mean((one.shape - other.shape) ** 2)))
    ratio = abs(np.log2(max(one.lasted, 1) / max(other.lasted, 1)))
    return shapes + signal + min(_LENGTH * float(ratio), _MOST_LENGTH)


def alike(one: str, other: str) -> bool:
    """Whether episodes of two metrics can be like each other at all."""
    return _apart(one, other) is not None


def _apart(one: str, other: str) -> float | None:
    if one == other:
        return 0.0
    first, second = find(one), find(other)
    same = first is not None and second is not None and first.family == second.family
    return _OTHER_SIGNAL if same else None
