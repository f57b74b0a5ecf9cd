"""How much of a fleet is outside its band: the share of series with an anomaly, by scope and time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.window import Window
from reinfra.model import SeriesKey
from reinfra.store import Stored
from reinfra.store.anomalies import StoredAnomaly

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """`share[scope, bucket]` of the scope's series are outside their band; NaN where none had a sample.

    Bucket j covers [edges[j], edges[j + 1]).
    """

    scopes: tuple[str, ...]
    edges: NDArray[np.int64]
    share: NDArray[np.float64]

    def worst_first(self, most: int) -> "Rates":
        """The scopes with the highest mean share, then those with most samples; at most `most` of them.

        A scope that was never strange and has samples in a single bucket is left out: it has no course.
        """
        mean, alive = np.nan_to_num(self.share).mean(axis=1), (~np.isnan(self.share)).sum(axis=1)
        ranked = np.lexsort((-alive, -mean))
        order = ranked[(mean[ranked] > 0) | (alive[ranked] > 1)][:most]
        return Rates(tuple(self.scopes[row] for row in order), self.edges, self.share[order])


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Per series and bucket: was there a sample, was there an anomaly."""

    fleet: tuple[Stored, ...]
    edges: NDArray[np.int64]
    alive: Flags
    strange: Flags

    @property
    def rate(self) -> NDArray[np.float64]:
        """The whole fleet's share in each bucket."""
        return _share(self.strange.sum(axis=0), self.alive.sum(axis=0))

    @property
    def overall(self) -> float:
        """One number for the window; NaN where nothing had a sample."""
        return float(_share(self.strange.sum(), self.alive.sum()))

    def by_series(self) -> NDArray[np.float64]:
        """The share of each series' buckets that held an anomaly."""
        return _share(self.strange.sum(axis=1), self.alive.sum(axis=1))

    def by_scope(self, scope_of: Callable[[SeriesKey], str]) -> Rates:
        scopes = [scope_of(stored.key) for stored in self.fleet]
        names = tuple(sorted(set(scopes)))
        share = np.full((len(names), self.edges.size - 1), np.nan)
        for row, name in enumerate(names):
            members = np.array([scope == name for scope in scopes])
            strange, alive = self.strange[members].sum(axis=0), self.alive[members].sum(axis=0)
            share[row] = _share(strange, alive)
        return Rates(names, self.edges, share)


def marks(
    fleet: Sequence[Stored], found: Sequence[StoredAnomaly], window: Window, buckets: int
) -> Marks:
    """A series is taken to be alive from its first to its last sample."""
    edges = window.edges(buckets)
    rows = {stored.id: row for row, stored in enumerate(fleet)}
    alive = np.zeros((len(fleet), buckets), np.bool_)
    strange = np.zeros_like(alive)
    for row, stored in enumerate(fleet):
        alive[row, _covered(edges, stored.first_at, stored.last_at)] = True
    for one in found:
        if one.series_id in rows:
            strange[rows[one.series_id], _covered(edges, one.found.since, one.found.until)] = True
    return Marks(tuple(fleet), edges, alive | strange, strange)


def _covered(edges: NDArray[np.int64], since: int, until: int) -> slice:
    """The buckets that the closed interval touches."""
    if until < edges[0] or since >= edges[-1]:
        return slice(0, 0)
    first = int(np.searchsorted(edges, since, side="right")) - 1
    last = int(np.searchsorted(edges, until, side="right"))
    return slice(max(first, 0), min(last, edges.size - 1))


def _share(strange: NDArray[np.int64], alive: NDArray[np.int64]) -> NDArray[np.float64]:
    few = np.asarray(alive, np.float64)
    return np.divide(strange, few, out=np.full_like(few, np.nan), where=few > 0)
