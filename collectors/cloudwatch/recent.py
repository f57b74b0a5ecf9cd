"""The values of the last minutes as they were told, so that reading them again tells only what changed."""

from dataclasses import dataclass, field

import numpy as np

from reinfra.model import Batch, SeriesKey


@dataclass(slots=True)
class Recent:
    """Trusted only while the store's cursor is the one that was handed out last: else a page was lost."""

    _cursor: str | None = None
    _told: dict[tuple[SeriesKey, int], float] = field(default_factory=dict)

    def resume(self, cursor: str | None) -> None:
        if cursor is None or cursor != self._cursor:
            self._told.clear()

    def leave(self, cursor: str) -> str:
        self._cursor = cursor
        return cursor

    def fresh(self, batch: Batch, since: int) -> Batch:
        """The samples that were not told already; those from `since` on are remembered."""
        is_new = np.ones(len(batch), np.bool_)
        if self._told:
            earliest = min(at for _, at in self._told)
            for i in np.flatnonzero(batch.at >= earliest).tolist():
                is_new[i] = self._told.get(_which(batch, i)) != batch.value[i]
        self._told = {which: value for which, value in self._told.items() if which[1] >= since}
        for i in np.flatnonzero(batch.at >= since).tolist():
            self._told[_which(batch, i)] = float(batch.value[i])
        return Batch(batch.keys, batch.series[is_new], batch.at[is_new], batch.value[is_new])


def _which(batch: Batch, i: int) -> tuple[SeriesKey, int]:
    return batch.keys[batch.series[i]], int(batch.at[i])
