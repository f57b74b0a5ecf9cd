"""How busy a service is: a daily cycle and slow noise. Everything else follows from it."""

import math
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from reinfra.model import DAY, MINUTE

MEMORY_OF_NOISE = 10 * MINUTE


def load(at: NDArray[np.int64], step: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Share of capacity in use at each instant, 0.02 to 0.95."""
    phase, height = rng.uniform(0, 1), rng.uniform(0.15, 0.3)
    daily = 0.5 + height * np.sin(2 * math.pi * (at / DAY + phase))
    keep = math.exp(-step / MEMORY_OF_NOISE)
    shocks = rng.normal(0, 0.03 * math.sqrt(1 - keep**2), at.size)
    noise = list(accumulate(shocks.tolist(), lambda before, shock: keep * before + shock))
    return np.asarray(np.clip(daily + np.array(noise), 0.02, 0.95), np.float64)
