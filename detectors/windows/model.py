"""What a stream of one series knows since it was last fitted, and what it says of the points after it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.windows.filters import averaged
from detectors.windows.lags import Lags
from detectors.windows.library import Library
from detectors.windows.period import period
from detectors.windows.scales import Scale, scales_of
from detectors.windows.usual import STIFFNESS, Usual
from detectors.windows.views import Vectors

CHUNK = 1024
"""Points that are looked at together; what ended before them is remembered, and they are not."""

_SHORTEST = 8
_FADES = 0.2
_MISSING = 0.1
_FARTHEST = 1e3
"""In a series' own units: farther values would not fit into vectors of half precision."""


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    """Windows of one scale that end in a chunk: where they begin, from the fit on; whether enough of their
    samples are there; `vectors[view]`, and `far[view]`, the distance to the nearest that is remembered.
    """

    starts: NDArray[np.intp]
    there: NDArray[np.bool_]
    vectors: list[Vectors]
    far: list[Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Of the points of a chunk: how strange each is at once, `parts[part, point]` of that, what was expected."""

    strange: Floats
    parts: Floats
    expected: Floats
    ended: tuple[Ended, ...]


@dataclass(slots=True, eq=False)
class Model:
    """Knows values in units of `unit` from `centre` on, and `scales` with a library each.

    `carried` and `held` are what the averaged error, and the last window in each view of `now`, said before the
    chunk that comes next, `done` points after the fit.
    """

    centre: float
    unit: float
    period: int
    forecast: Lags
    usual_error: Usual
    scales: tuple[Scale, ...]
    libraries: tuple[Library, ...]
    done: int
    carried: float
    held: Floats

    @classmethod
    def fit(cls, history: Floats, carried: float, *, whole: bool) -> Self:
        """`history` without NaN. `whole`: also what only tells later."""
        centre = float(history.mean())
        unit = float(history.std()) + 1e-6 * abs(centre) + 1e-12
        x = (history - centre) / unit
        length = min(period(x), max(_SHORTEST, x.size // 6))
        steps = np.diff(x, prepend=x[0])
        forecast = Lags.fit(x, length)
        scales = scales_of(whole=whole)
        libraries = tuple(
            Library.fit(
                x,
                steps,
                min(max(_SHORTEST, round(length * scale.length)), x.size // 4),
                scale.views(whole=whole),
            )
            for scale in scales
        )
        usual = Usual.of(np.abs(x[forecast.longest :] - forecast.expected(x)))
        held = np.zeros(sum(len(scale.now) for scale in scales))
        return cls(centre, unit, length, forecast, usual, scales, libraries, 0, carried, held)

    @property
    def reach(self) -> int:
        """So many points before a chunk are looked at."""
        longest = max(one.cut.length for one in self.libraries)
        return max(longest, self.forecast.longest) + 1

    def see(self, x: Floats, missing: NDArray[np.bool_], size: int) -> Seen:
        """`x` ends with the `size` points of the chunk and begins at least `reach` before them."""
        past = x.size - size
        y = np.clip((x - self.centre) / self.unit, -_FARTHEST, _FARTHEST)
        steps = np.diff(y, prepend=y[0])
        ahead = self.forecast.expected(y[past - self.forecast.longest :])
        error = self.usual_error.rise(np.abs(y[past:] - ahead), STIFFNESS)
        parts = [error, averaged(error, self.carried, max(1.0, _FADES * self.period))]
        lacks = np.concatenate(([0], np.cumsum(missing)))
        ended = tuple(self._ended(one, y, steps, lacks, size) for one in self.libraries)
        held = iter(self.held)
        for scale, library, windows in zip(self.scales, self.libraries, ended, strict=True):
            for view in scale.now:
                place = library.views.index(view)
                rise = library.usual[place].rise(windows.far[place], STIFFNESS)
                first = int(windows.starts[0]) + library.cut.length - self.done - 1
                before = np.full(first, next(held))
                parts.append(np.concatenate((before, np.repeat(rise, library.cut.stride)))[:size])
        every = np.stack(parts)
        return Seen(np.log1p(every).sum(axis=0), every, self.centre + self.unit * ahead, ended)

    def _ended(
        self, library: Library, y: Floats, steps: Floats, lacks: NDArray[np.intp], size: int
    ) -> Ended:
        cut = library.cut
        number = np.arange(self.done // cut.stride + 1, (self.done + size) // cut.stride + 1)
        starts = number * cut.stride - cut.length
        place = starts - self.done + y.size - size
        begin = int(place[0])
        there = lacks[place + cut.length] - lacks[place] <= _MISSING * cut.length
        vectors = library.seen(y[begin:], steps[begin:], place - begin)
        gaps = np.where(there, 1.0, np.nan)
        far = [gaps * library.far(view, one, starts) for view, one in enumerate(vectors)]
        return Ended(starts, there, vectors, far)

    def learn(self, seen: Seen) -> None:
        """Go on to the next chunk."""
        self.done += seen.expected.size
        self.carried = float(seen.parts[1, -1])
        self.held = seen.parts[2:, -1].copy()
        for library, ended in zip(self.libraries, seen.ended, strict=True):
            library.admit(ended.vectors, ended.starts, ended.there)
