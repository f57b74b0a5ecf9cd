"""A series around an episode, in a line of text."""

import itertools

import numpy as np

from detectors.base import Floats
from reinfra.model import Anomaly, SeriesBlock

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 60


def picture(block: SeriesBlock, anomaly: Anomaly) -> tuple[str, str]:
    """The values around an episode as bars, and a line that marks it; a gap is a space.

    Each bar is the value farthest from the middle of those that it stands for.
    """
    row = block.keys.index(anomaly.key)
    begin, end = np.searchsorted(block.at, (anomaly.since, anomaly.until + 1))
    around = max(2 * (end - begin), _WIDTH // 2)
    first, last = max(0, begin - around), min(block.at.size, end + around)
    values = np.where(block.mask[row], block.values[row], np.nan)[first:last]
    edges = np.unique(np.linspace(0, values.size, min(_WIDTH, values.size) + 1).astype(int))
    drawn = _extremes(values, edges)
    marks = "".join(
        "^" if edges[i] + first < end and edges[i + 1] + first > begin else " "
        for i in range(edges.size - 1)
    )
    return _bars(drawn), marks.rstrip()


def _extremes(values: Floats, edges: np.ndarray) -> Floats:
    middle = np.nanmedian(values) if np.isfinite(values).any() else 0.0
    away = np.nan_to_num(np.abs(values - middle), nan=-1.0)
    return np.array([values[a + int(away[a:b].argmax())] for a, b in itertools.pairwise(edges)])


def _bars(values: Floats) -> str:
    low, high = np.nanmin(values), np.nanmax(values)
    unit = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(" " if np.isnan(v) else _BARS[round((v - low) * unit)] for v in values)
