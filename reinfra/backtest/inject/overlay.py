"""A history with other samples for some series; what it is laid over stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from reinfra.backtest.faults import Samples
from reinfra.errors import ReinfraError
from reinfra.model import Batch, SeriesBlock
from reinfra.store import Rule, SampleStore, Selector, Source, Stored, Written
from reinfra.store.base import Samples as Read
from reinfra.store.columns import Columns
from reinfra.store.grid import LOOKBACK, align


@dataclass(frozen=True, slots=True)
class Other:
    """What a series has instead from `since` (ms) on; `samples` reach back further, as counters need."""

    since: int
    samples: Samples


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A `SampleStore` that reads `base`, but `others` by series id. It cannot be written to.

    With `metrics` it has series of these only: what a fault does not move is found as it was found before.
    """

    base: SampleStore
    others: Mapping[int, Other] = field(default_factory=dict)
    metrics: frozenset[str] | None = None

    def write(self, batch: Batch, source: Source, *, watermark: int | None = None) -> Written:
        """Raises ReinfraError."""
        del batch, source, watermark
        raise ReinfraError("a planted history cannot be written to")

    def series(self, selector: Selector) -> list[Stored]:
        found = self.base.series(selector)
        if self.metrics is None:
            return found
        return [one for one in found if one.key.metric in self.metrics]

    def watermark(self, source: str) -> int | None:
        return self.base.watermark(source)

    def samples(self, selected: list[Stored], since: int, until: int) -> Read:
        read = self.base.samples(selected, since, until)
        at, value = list(read.at), list(read.value)
        for place, one in enumerate(selected):
            if (other := self.others.get(one.id)) is not None:
                before = at[place] < other.since
                later, values = _between(other.samples, max(since, other.since), until)
                at[place] = np.concatenate([at[place][before], later])
                value[place] = np.concatenate([value[place][before], values])
        return Read(read.keys, tuple(at), tuple(value), read.damaged)

    def read(
        self, selected: list[Stored], since: int, until: int, step: int, rule: Rule = Rule.LAST
    ) -> SeriesBlock:
        block = self.base.read(selected, since, until, step, rule)
        rows = [row for row, one in enumerate(selected) if one.id in self.others]
        for row in rows:
            other = self.others[selected[row].id]
            at, value = _between(other.samples, since - LOOKBACK, until)
            columns = Columns(np.zeros(at.size, np.int64), at, value)
            new = align((selected[row].key,), columns, (since, until), step, rule)
            cells = block.at >= other.since // step * step
            block.values[row, cells] = new.values[0, cells]
            block.mask[row, cells] = new.mask[0, cells]
        return block


def _between(samples: Samples, since: int, until: int) -> Samples:
    at, value = samples
    low, high = np.searchsorted(at, (since, until))
    return at[low:high], value[low:high]
