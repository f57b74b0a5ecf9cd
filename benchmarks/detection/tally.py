"""What a detector's anomalies come to against labelled windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from detectors.labels import Window, verify
from reinfra.model import DAY, Anomaly, SeriesBlock, SeriesKey

Windows = Mapping[SeriesKey, Sequence[Window]]


@dataclass(frozen=True, slots=True)
class Tally:
    """`weeks` are series-weeks outside every window in which samples were judged, `delays` in ms."""

    hits: int
    windows: int
    false: int
    weeks: float
    delays: tuple[int, ...]

    @classmethod
    def of(
        cls,
        block: SeriesBlock,
        judged: NDArray[np.bool_],
        anomalies: Sequence[Anomaly],
        windows: Windows,
    ) -> Self:
        """`judged` [series, time]: where a sample had a score and a threshold."""
        found = [
            verify([one for one in anomalies if one.key == key], windows.get(key, ()))
            for key in block.keys
        ]
        healthy = judged & ~_inside(block, windows)
        return cls(
            hits=sum(len(each.hits) for each in found),
            windows=sum(len(windows.get(key, ())) for key in block.keys),
            false=sum(len(each.false) for each in found),
            weeks=float(healthy.sum()) * block.step / (7 * DAY),
            delays=tuple(hit.delay for each in found for hit in each.hits),
        )

    @property
    def false_per_week(self) -> float:
        return self.false / self.weeks if self.weeks else float("nan")


def judged(scores: Scores, thresholds: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(scores.values) & np.isfinite(thresholds))


def _inside(block: SeriesBlock, windows: Windows) -> NDArray[np.bool_]:
    inside = np.zeros(block.values.shape, np.bool_)
    for row, key in enumerate(block.keys):
        for window in windows.get(key, ()):
            inside[row] |= (block.at >= window.since) & (block.at <= window.until)
    return inside
