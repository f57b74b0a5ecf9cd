"""Series without any change, and with planted ones, on which detectors of slow changes are held to their word."""

from collections.abc import Mapping

import numpy as np

from detectors.base import Floats
from reinfra.model import HOUR, MINUTE, SeriesBlock, SeriesKey

START = 1_763_683_200_000  # 2025-11-21T00:00:00Z
STEP = 10 * MINUTE
A_DAY = 144
_WORKDAYS = 5


def quiet(series: int, days: int, seed: int = 0) -> Mapping[str, Floats]:
    """`[series, time]` of standard deviation 1 by name; in none of them does the level change."""
    rng = np.random.default_rng(seed)
    hour = HOUR / STEP
    shapes = {f"AR(1), {span} h": span * hour for span in (1, 6, 24)}
    found = {name: _alike(rng, (series, days * A_DAY), span) for name, span in shapes.items()}
    found["heavy tails (t, 3)"] = rng.standard_t(3, (series, days * A_DAY)) / np.sqrt(3)
    found["days"] = _alike(rng, (series, days * A_DAY), hour) + _season(days, 1.0)
    found["days and weekends"] = _alike(rng, (series, days * A_DAY), hour) + _season(days, 0.5)
    return found


def block(values: Floats, metric: str = "test.metric") -> SeriesBlock:
    keys = tuple(SeriesKey.of(metric, {"series": str(row)}) for row in range(len(values)))
    at = START + STEP * np.arange(values.shape[1])
    return SeriesBlock(keys, at, values, ~np.isnan(values), STEP)


def _alike(rng: np.random.Generator, shape: tuple[int, int], span: float) -> Floats:
    """A first-order autoregression with a time constant of `span` points."""
    alike = np.exp(-1 / span)
    x = rng.normal(size=shape)
    x[:, 1:] *= np.sqrt(1 - alike**2)
    for point in range(1, shape[1]):
        x[:, point] += alike * x[:, point - 1]
    return x


def _season(days: int, weekend: float) -> Floats:
    point = np.arange(days * A_DAY)
    height = np.where(point // A_DAY % 7 >= _WORKDAYS, weekend, 1.0)
    wave: Floats = height * (4 + 3 * np.sin(2 * np.pi * point / A_DAY))
    return wave
