"""The windows of one scale that a stream remembers, and how far new ones are from them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.windows.nearest import Bank, nearest, spread
from detectors.windows.scales import View
from detectors.windows.usual import Usual
from detectors.windows.views import Cut, Vectors, components, levelled, scaled, shapes, usual_size

HISTORY = 200
"""Windows from before a fit. Until the next one, at most as much time later, come about as many again."""

_GOLDEN = 0.6180339887498949


@dataclass(slots=True, eq=False)
class Library:
    """Windows of `cut`, which begin at `starts` (points from the fit on), as `vectors[view]`.

    Of new ones one in `every` is remembered, at no regular distance. `centre` and `size` are what levels and
    sizes are reckoned from. Vectors, of new windows too, are as a state keeps them: in half precision.
    """

    cut: Cut
    views: tuple[View, ...]
    centre: float
    size: float
    every: int
    starts: NDArray[np.intp]
    vectors: list[Vectors]
    usual: tuple[Usual, ...]

    @classmethod
    def fit(cls, x: Floats, steps: Floats, length: int, views: tuple[View, ...]) -> Self:
        """From the windows of the history `x`, which ends where the stream goes on."""
        every = Cut.of(x.size, length)
        cut = every.at(every.starts[spread(every.starts.size, HISTORY)])
        found = shapes(x, cut)
        centre, size = float(np.median(found.level)), usual_size(found, cut.length)
        apart = max(1, round(every.starts.size / HISTORY))
        made = cls(cut, views, centre, size, apart, cut.starts - x.size, [], ())
        made.vectors = made.seen(x, steps, cut.starts)
        made.usual = tuple(Usual.of(made.far(place, one)) for place, one in enumerate(made.vectors))
        return made

    def seen(self, x: Floats, steps: Floats, starts: NDArray[np.intp]) -> list[Vectors]:
        """The windows of `x` that begin at `starts`, counted in `x`, in each view."""
        cut = self.cut.at(starts)
        found = shapes(x, cut)
        made = []
        for view in self.views:
            if view is View.LEVEL:
                made.append(levelled(found, cut.length, self.centre))
            elif view is View.SIZE:
                made.append(scaled(found, cut.length, self.size))
            else:
                made.append(shapes(steps, cut).vectors)
        return [_halved(one) for one in made]

    def far(self, view: int, vectors: Vectors, starts: NDArray[np.intp] | None = None) -> Floats:
        """To the nearest that does not overlap; NaN where all do."""
        bank = Bank(self.vectors[view], self.starts, self.cut.length)
        return nearest(vectors, self.starts if starts is None else starts, bank)[0]

    def admit(
        self, vectors: list[Vectors], starts: NDArray[np.intp], there: NDArray[np.bool_]
    ) -> None:
        """Remember some of these windows, of those that lack no samples."""
        number = (starts + self.cut.length) // self.cut.stride - 1
        group, place = np.divmod(number, self.every)
        chosen = there & (place == (group * _GOLDEN % 1 * self.every).astype(np.intp))
        if chosen.any():
            self.starts = np.concatenate((self.starts, starts[chosen]))
            self.vectors = [
                np.concatenate((before, new[chosen]))
                for before, new in zip(self.vectors, vectors, strict=True)
            ]


def _halved(vectors: Vectors) -> Vectors:
    return vectors.astype(np.float16).astype(np.float32)


def width(cut: Cut, view: View) -> int:
    """Of the vectors of a view."""
    return components(cut) + (1 if view is View.CHANGES else 2)
