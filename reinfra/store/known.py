"""What a writing process remembers of the series, so that a scrape costs no look-up for each of them."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from reinfra.model import SeriesKey

_LAYOUTS = 1024  # a fleet of sources takes turns, each with a layout of its own
NEVER = np.iinfo(np.int64).min


class Known:
    """Ids by key, and per id the first and last instant written. Only what was committed enters."""

    def __init__(self) -> None:
        self.ids: dict[SeriesKey, int] = {}
        self.first = np.zeros(0, np.int64)
        self.last = np.zeros(0, np.int64)
        # By the identity of the tuple, which a collector uses again: kept alive here, so never reused.
        self._layouts: OrderedDict[int, tuple[tuple[SeriesKey, ...], NDArray[np.int64]]] = (
            OrderedDict()
        )

    def layout(self, keys: tuple[SeriesKey, ...]) -> NDArray[np.int64]:
        """The ids of the keys, -1 where one is not known."""
        found = self._layouts.get(id(keys))
        if found is not None and found[0] is keys:
            return found[1]
        ids = np.fromiter((self.ids.get(key, -1) for key in keys), np.int64, len(keys))
        if (ids >= 0).all():
            self._layouts[id(keys)] = (keys, ids)
            while len(self._layouts) > _LAYOUTS:
                self._layouts.popitem(last=False)
        return ids

    def learn(self, keys: dict[SeriesKey, int]) -> None:
        self.ids.update(keys)

    def span(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first and last instants of these ids; an id not seen yet has neither."""
        self._room(ids)
        return self.first[ids], self.last[ids]

    def widen(
        self, ids: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64]
    ) -> None:
        self._room(ids)
        np.minimum.at(self.first, ids, low)
        np.maximum.at(self.last, ids, high)

    def _room(self, ids: NDArray[np.int64]) -> None:
        needed = int(ids.max(initial=-1)) + 1
        if needed > self.first.size:
            more = max(needed, 2 * self.first.size) - self.first.size
            self.first = np.append(self.first, np.full(more, np.iinfo(np.int64).max))
            self.last = np.append(self.last, np.full(more, NEVER))
