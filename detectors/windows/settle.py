"""What all windows that cover a point say of it, once they have ended."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from detectors.base import Floats
from detectors.windows.memory import Chunk
from detectors.windows.scales import View

Amounts = list[tuple[Floats, Floats, Floats]]


@dataclass(slots=True, eq=False)
class Cover:
    """Windows of a series of `size` points: by scale and view first points, those after, and rises."""

    size: int
    windows: dict[tuple[float, View], Amounts] = field(default_factory=lambda: defaultdict(list))

    def add(self, chunk: Chunk, at: int) -> None:
        """`at` is the place of the chunk's first point that was taken."""
        model = chunk.model
        for scale, library, ended in zip(
            model.scales, model.libraries, chunk.seen.ended, strict=True
        ):
            end = ended.starts + library.cut.length
            offset = end - chunk.begun
            new = (offset > chunk.part.start) & (offset <= chunk.part.stop)
            origin = at - chunk.part.start - chunk.begun
            first = np.clip(ended.starts[new] + origin, 0, self.size)
            for view in scale.later:
                place = library.views.index(view)
                rise = library.usual[place].rise(ended.far[place][new])
                self.windows[scale.length, view].append((first, end[new] + origin, rise))

    def total(self) -> Floats:
        """Over scales and views, the logarithms of the mean rises of the windows that cover a point, added up."""
        found = np.zeros(self.size)
        for parts in self.windows.values():
            first, after, rise = (np.concatenate(each) for each in zip(*parts, strict=True))
            sums, counts = (self._covering(first, after, one) for one in (rise, None))
            mean = np.divide(sums, counts, out=np.zeros(self.size), where=counts > 0)
            found += np.log1p(np.maximum(mean, 0))
        return found

    def _covering(self, first: Floats, after: Floats, amounts: Floats | None) -> Floats:
        begins, ends = (np.bincount(one, amounts, self.size + 1) for one in (first, after))
        return np.asarray((begins - ends).cumsum()[:-1], np.float64)
