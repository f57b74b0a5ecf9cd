"""What a stream of one series knows at a checkpoint, fitted on its history, and the points after it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.windows.filters import averaged
from detectors.windows.lags import Lags
from detectors.windows.nearest import Bank, nearest, spread
from detectors.windows.period import period
from detectors.windows.views import (
    Cut,
    Vectors,
    basis,
    levelled,
    projected,
    scaled,
    usual_size,
)

SCALES = (0.125, 0.25, 0.5, 1.0, 2.0)
NOW = (0.125, 0.25, 0.5)
"""Scales, in periods, of which a window that ends now says something about now."""

SETTLED = slice(1, None)
"""Places of the scales whose windows say something about every point that they cover."""

_SHORTEST = 8
_BANK = 500
_STIFFNESS = 0.05
_FADES = 0.2
_MISSING = 0.1
_ROUNDING = 1e-6
_FARTHEST = 1e6


@dataclass(frozen=True, slots=True)
class Usual:
    """Of strangeness in the history: a rise above it is counted in `spread`, not less than a part of the worst."""

    mean: float
    spread: float
    worst: float

    @classmethod
    def of(cls, values: Floats) -> Self:
        known = values[np.isfinite(values)]
        if not known.size:
            return cls(0.0, 1.0, 0.0)
        mean = float(known.mean())
        return cls(mean, float(known.std()), float(np.abs(known - mean).max()))

    def rise(self, values: Floats, stiffness: float = 0.0) -> Floats:
        unit = self.spread + stiffness * self.worst + _ROUNDING
        return np.nan_to_num(np.maximum((values - self.mean) / unit, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """Three banks of one scale: by shape and level, by shape whatever its size, by changes."""

    cut: Cut
    bases: tuple[Vectors, Vectors]
    centre: float
    usual_size: float
    banks: tuple[Bank, ...]
    usual: tuple[Usual, ...]

    @classmethod
    def fit(cls, x: Floats, steps: Floats, length: int) -> Self:
        cut = Cut.of(x.size, length)
        bases = basis(x, cut), basis(steps, cut)
        found = projected(x, cut, bases[0])
        centre, size = float(np.median(found.level)), usual_size(found, cut.length)
        some = spread(cut.starts.size, _BANK)
        vectors = (
            levelled(found, cut.length, centre),
            scaled(found, cut.length, size),
            projected(steps, cut, bases[1]).vectors,
        )
        banks = tuple(Bank(one[some], cut.starts[some] - x.size, cut.length) for one in vectors)
        usual = tuple(Usual.of(nearest(one.vectors, one.starts, one)[0]) for one in banks)
        return cls(cut, bases, centre, size, banks, usual)

    def far(self, x: Floats, steps: Floats, starts: NDArray[np.intp]) -> tuple[Floats, ...]:
        """Distances of the windows of `x`, the first of which begins at `starts[0]` from the checkpoint."""
        cut = Cut(self.cut.length, self.cut.stride, self.cut.block, starts - starts[0])
        found = projected(x, cut, self.bases[0])
        vectors = (
            levelled(found, cut.length, self.centre),
            scaled(found, cut.length, self.usual_size),
            projected(steps, cut, self.bases[1]).vectors,
        )
        return tuple(
            nearest(one, starts, bank)[0] for one, bank in zip(vectors, self.banks, strict=True)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Of the points after a checkpoint. `parts[part, point]`: what each part says at once; `windows`: length,
    begins of windows from the checkpoint on, and `[view, window]` how far they rise.
    """

    parts: Floats
    windows: tuple[tuple[int, NDArray[np.intp], Floats], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """`x` in units of `unit` from `centre` on."""

    centre: float
    unit: float
    period: int
    forecast: Lags
    usual_error: Usual
    views: tuple[Views, ...]

    @classmethod
    def fit(cls, history: Floats) -> Self:
        """`history` without NaN."""
        centre = float(history.mean())
        unit = float(history.std()) + 1e-6 * abs(centre) + 1e-12
        x = (history - centre) / unit
        length = min(period(x), max(_SHORTEST, x.size // 6))
        steps = np.diff(x, prepend=x[0])
        forecast = Lags.fit(x, length)
        longest = x.size // 4
        views = tuple(
            Views.fit(x, steps, min(max(_SHORTEST, round(length * scale)), longest))
            for scale in SCALES
        )
        usual = Usual.of(forecast.errors(x))
        return cls(centre, unit, length, forecast, usual, views)

    def see(
        self, history: Floats, points: Floats, missing: NDArray[np.bool_], carried: float
    ) -> Seen:
        """`missing[point]` of history and points; `carried` is the averaged error at the checkpoint."""
        x = (np.concatenate((history, points)) - self.centre) / self.unit
        x = np.clip(x, -_FARTHEST, _FARTHEST)
        steps = np.diff(x, prepend=x[0])
        size, past = points.size, history.size
        error = self.usual_error.rise(
            self.forecast.errors(x[past - int(self.forecast.lags[-1]) :]), _STIFFNESS
        )
        parts = [error, averaged(error, carried, max(1.0, _FADES * self.period))]
        lacks = np.concatenate(([0], np.cumsum(missing)))
        windows = []
        for scale, views in zip(SCALES, self.views, strict=True):
            cut = views.cut
            starts = np.arange(cut.stride - cut.length, size - cut.length + 1, cut.stride)
            begin = past + int(starts[0])
            far = views.far(x[begin:], steps[begin:], starts)
            lack = lacks[past + starts + cut.length] - lacks[past + starts]
            kept = np.where(lack <= _MISSING * cut.length, 1.0, np.nan)
            pairs = [(usual, one * kept) for usual, one in zip(views.usual, far, strict=True)]
            if scale in NOW:
                parts += [
                    _latest(usual.rise(one, _STIFFNESS), cut.stride, size) for usual, one in pairs
                ]
            rises = np.stack([usual.rise(one) for usual, one in pairs])
            windows.append((cut.length, starts, rises))
        return Seen(np.stack(parts), tuple(windows))


def _latest(values: Floats, stride: int, size: int) -> Floats:
    """For each point, the value of the window that ended last; 0 before the first has."""
    points = np.concatenate((np.zeros(stride - 1), np.repeat(values, stride)))
    return points[:size] if points.size >= size else np.pad(points, (0, size - points.size))
