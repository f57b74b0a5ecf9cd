"""Windows that are far from every other window of their series."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores, readable
from detectors.windows.cover import along, covered, cubes, risen
from detectors.windows.expect import expected
from detectors.windows.fill import Filled, filled
from detectors.windows.nearest import Bank, nearest, spread
from detectors.windows.period import period
from detectors.windows.scales import View
from detectors.windows.views import Cut, Shapes, Vectors, levelled, scaled, shapes, usual_size
from reinfra.model import SeriesBlock

_SHORTEST = 8
_MISSING = 0.1
"""A window that lacks more of its samples is not looked at."""
_COUNTS = {View.LEVEL: 1.0, View.SIZE: 1.0, View.CHANGES: 0.8}


@dataclass(frozen=True, slots=True)
class Scale:
    """Windows of `length` periods, and how they are compared."""

    length: float
    views: tuple[View, ...] = tuple(View)


SCALES = (Scale(0.25), Scale(1.0), Scale(2.0, (View.LEVEL, View.SIZE)), Scale(4.0))
"""Found by leaving out, one after the other, what the development series lose nothing by."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Not causal: each window is compared with `bank` windows from all over its series, fewer at short scales.

    Windows are a quarter to four times as long as the series takes to repeat itself. A point's
    strangeness in a view is the mean distance of the windows that cover it, in standard deviations
    above the series' mean. Nothing is scored below `least` samples.

    `expected` is what the nearest window of one period has in the same place, moved to the same mean.
    """

    bank: int = 2000
    least: int = 100
    name: str = field(default="windows", init=False)
    causal: bool = field(default=False, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        scores = Scores.unscored(block.values.shape)
        for row, x in enumerate(readable(block)):
            series = filled(x)
            if series is None or int(series.there.sum()) < self.least:
                continue
            span = slice(series.first, series.first + series.x.size)
            strange, likely = self._score_one(series)
            scores.values[row, span] = np.where(series.there, strange, np.nan)
            scores.expected[row, span] = np.where(series.there, likely, np.nan)
        return scores

    def _score_one(self, series: Filled) -> tuple[Floats, Floats]:
        """Score and expected value of each point."""
        if series.flat:
            return np.zeros(series.x.size), np.full(series.x.size, series.centre)
        usual = period(series.x)
        steps = np.diff(series.x, prepend=series.x[0])
        total = np.zeros(series.x.size)
        likely = np.full(series.x.size, np.nan)
        for scale in SCALES:
            length = min(max(_SHORTEST, round(usual * scale.length)), series.x.size // 4)
            cut = Cut.of(series.x.size, length)
            kept = self._kept(series, cut)
            bank = kept[spread(kept.size, round(self.bank * min(1.0, scale.length)))]
            strange = np.zeros(-(-cut.length // cut.stride) - 1 + cut.starts.size)
            found = shapes(series.x, cut)
            for view in scale.views:
                vectors = (
                    shapes(steps, cut).vectors if view is View.CHANGES else _of(found, cut, view)
                )
                far, place = _far(vectors, cut, kept, bank)
                strange += cubes(_COUNTS[view] * risen(covered(far, cut)))
                if view is View.LEVEL and scale.length == 1:
                    near = expected(series.x, cut, found.level, place)
                    likely = series.centre + series.unit * near
            total += along(strange, cut, series.x.size)
        return np.cbrt(total), likely

    @staticmethod
    def _kept(series: Filled, cut: Cut) -> NDArray[np.intp]:
        """The windows with enough samples."""
        if series.there.all():
            return np.arange(cut.starts.size)
        missing = np.concatenate(([0], np.cumsum(~series.there)))
        lacks = missing[cut.starts + cut.length] - missing[cut.starts]
        return np.flatnonzero(lacks <= _MISSING * cut.length)


def _of(found: Shapes, cut: Cut, view: View) -> Vectors:
    if view is View.LEVEL:
        return levelled(found, cut.length, float(np.median(found.level)))
    return scaled(found, cut.length, usual_size(found, cut.length))


def _far(
    vectors: Vectors, cut: Cut, kept: NDArray[np.intp], bank: NDArray[np.intp]
) -> tuple[Floats, NDArray[np.intp]]:
    """Of every window: distance to the nearest (NaN: not looked at), and its place (-1)."""
    distance, place = np.full(len(vectors), np.nan), np.full(len(vectors), -1)
    if kept.size:
        among = Bank(vectors[bank], cut.starts[bank], cut.length)
        found, nearby = nearest(vectors[kept], cut.starts[kept], among)
        distance[kept], place[kept] = found, np.where(np.isnan(found), -1, bank[nearby])
    return distance, place
