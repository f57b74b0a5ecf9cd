"""The few directions in which the channels of one host move together, learned so that incidents do not bend them.

Principal components of channels scaled by median and spread and bounded at `_FARTHEST` units, a plain form of
robust principal component analysis.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.medians import median
from detectors.ridge import MAD_TO_SIGMA

_EXPLAINED = 0.9
_FARTHEST = 4.0
_LEAST_RELATIVE = 1e-3
_MOST_ROWS = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """`x = centre + unit * (part of it in the plane) + error`, by channel; `usual` is the error's size, in units.

    `channels` are the rows that have enough distinct values to be measured; the others only help to explain.
    """

    centre: Floats
    unit: Floats
    weights: Floats
    usual: Floats
    channels: NDArray[np.bool_]

    @classmethod
    def of(cls, x: Floats, distinct: int, least: int) -> Self | None:
        """Of `x[channel, time]`; None with fewer than `least` samples in which every channel is known."""
        whole = np.flatnonzero(np.isfinite(x).all(axis=0))
        if whole.size < least:
            return None
        x = x[:, whole[:: -(-whole.size // _MOST_ROWS)]]
        centre = median(x)
        unit = np.maximum(MAD_TO_SIGMA * median(np.abs(x - centre[:, None])), 0.1 * x.std(axis=1))
        unit = np.maximum(np.maximum(unit, _LEAST_RELATIVE * np.abs(centre)), 1e-12)
        z = _bounded(x, centre, unit)
        directions = _directions(z)
        weights = directions.T @ directions
        error = z - weights @ z
        usual = np.maximum(MAD_TO_SIGMA * median(np.abs(error)), 0.3 * error.std(axis=1))
        measured = np.array([np.unique(row).size > distinct for row in x])
        return cls(centre, unit, weights, np.maximum(usual, 1e-3), measured)

    def expected(self, x: Floats) -> Floats:
        """`[channel, time]`: what the other channels and this one say together; NaN where one is not known."""
        z = _bounded(x, self.centre, self.unit)
        said = np.zeros(z.shape)
        for column, row in zip(
            self.weights.T, z, strict=True
        ):  # no matrix product: the same however cut
            said += column[:, None] * row
        return self.centre[:, None] + self.unit[:, None] * said


def _bounded(x: Floats, centre: Floats, unit: Floats) -> Floats:
    bounded: Floats = np.clip((x - centre[:, None]) / unit[:, None], -_FARTHEST, _FARTHEST)
    return bounded


def _directions(z: Floats) -> Floats:
    """`[direction, channel]`: as many as explain 90 % of the variance, and at most half of the channels."""
    values, vectors = np.linalg.eigh(z @ z.T / z.shape[1])
    share = np.cumsum(values[::-1]) / max(float(values.sum()), 1e-300)
    count = min(int(np.searchsorted(share, _EXPLAINED)) + 1, len(z) // 2)
    directions: Floats = vectors[:, ::-1][:, :count].T
    return directions
