"""Which series a target gave last, so that one which it gives no more is said to have ended.

As Prometheus does it (model/value/value.go): a NaN of special bits, at the time of the scrape that lacks
the series. A series whose samples bring their own times gets none, for nobody knows when it ended.
"""

from dataclasses import dataclass

import numpy as np

from collectors.exposition import UNTIMED, Exposition
from reinfra.model import Batch, SeriesKey

STALE = np.array([0x7FF0000000000002], np.uint64).view(np.float64)
_Keys = tuple[SeriesKey, ...]


@dataclass(slots=True)
class Alive:
    """The keys of the last batch, and which of them had samples without times of their own."""

    _keys: _Keys = ()
    _given: bytes = b""

    def marked(self, batch: Batch, page: Exposition, at: int) -> Batch:
        """The batch with a marker for each series that the last one had and this one lacks."""
        given = np.zeros(len(batch.keys), np.bool_)
        timed = (page.at != UNTIMED).any()
        given[batch.series[batch.at == at] if timed else batch.series] = True
        before, self._keys = self._keys, batch.keys
        was, self._given = self._given, given.tobytes()
        if before is batch.keys and was == self._given:
            return batch
        gone = _present(before, was)
        still = {batch.keys[i] for i in np.unique(batch.series).tolist()}
        return _with_markers(batch, tuple(key for key in gone if key not in still), at)

    def all_ended(self, at: int) -> Batch:
        """A marker for every series, which are then forgotten."""
        gone = _present(self._keys, self._given)
        self._keys, self._given = (), b""
        return _with_markers(Batch.empty(), gone, at)


def _present(keys: _Keys, given: bytes) -> _Keys:
    flags = np.frombuffer(given, np.bool_)
    return tuple(keys[i] for i in np.flatnonzero(flags).tolist())


def _with_markers(batch: Batch, gone: _Keys, at: int) -> Batch:
    if not gone:
        return batch
    places = np.arange(len(batch.keys), len(batch.keys) + len(gone), dtype=np.int32)
    return Batch(
        batch.keys + gone,
        np.append(batch.series, places),
        np.append(batch.at, np.full(len(gone), at)),
        np.append(batch.value, np.repeat(STALE, len(gone))),
    )
