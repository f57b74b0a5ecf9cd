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
        told = self._told
        rows = zip(batch.series.tolist(), batch.at.tolist(), batch.value.tolist(), strict=True)
        samples = [((batch.keys[series], at), value) for series, at, value in rows]
        is_new = np.array([told.get(which) != value for which, value in samples], np.bool_)
        self._told = {which: value for which, value in told.items() if which[1] >= since}
        self._told |= {which: value for which, value in samples if which[1] >= since}
        return Batch(batch.keys, batch.series[is_new], batch.at[is_new], batch.value[is_new])
