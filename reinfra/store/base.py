"""The store's interface: what stands above it knows this file and no other of the storage itself."""

import enum
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reinfra.model import Batch, Origin, SeriesBlock, SeriesKey
from reinfra.store.selector import Selector


@dataclass(frozen=True, slots=True)
class Source:
    """Who delivers samples. `note` is what every page must say of them, such as how far times were shifted."""

    name: str
    origin: Origin = Origin.LIVE
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A series in the store, and the first and last instant it has a sample at.

    Where `searched`, the store does not say: they are the bounds that were searched.
    """

    id: int
    key: SeriesKey
    source: str
    first_at: int
    last_at: int
    searched: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch. `refused` counts by reason; nothing is dropped without a count."""

    accepted: int
    replayed: bool = False
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Samples as they were written: `at[i]` and `value[i]` of series `keys[i]`, by increasing time.

    `damaged` counts stored rows that could not be read; their samples are missing here.
    """

    keys: tuple[SeriesKey, ...]
    at: tuple[NDArray[np.int64], ...]
    value: tuple[NDArray[np.float64], ...]
    damaged: int = 0


class Rule(enum.StrEnum):
    """How the samples in one step become one value. A counter is read as its increase, whatever the rule.

    P50 to P99 are quantiles of raw samples, interpolated; those of a histogram are in `quantiles`.
    """

    LAST = "last"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"


class SampleStore(Protocol):
    """Where samples live. Times are milliseconds since 1970 UTC; `since` is included, `until` is not."""

    def write(self, batch: Batch, source: Source, *, watermark: int | None = None) -> Written:
        """Store a batch and move the source's watermark, in one transaction.

        Writing the same batch again changes nothing; where two batches disagree about an instant the
        later write wins. Raises StoreError, and then nothing was written.
        """

    def series(self, selector: Selector) -> list[Stored]:
        """The series that the selector matches, by id."""

    def samples(self, selected: list[Stored], since: int, until: int) -> Samples:
        """Raw samples, in the order of `selected`, NaN bit for bit as written."""

    def read(
        self, selected: list[Stored], since: int, until: int, step: int, rule: Rule = Rule.LAST
    ) -> SeriesBlock:
        """Samples on a grid: column j covers [at[j], at[j] + step), at[j] a multiple of `step`.

        Where raw samples have expired the embedded store answers from rollups, if `rule` is no quantile and
        `step` is whole hours, or whole 5 minutes for as long as those are kept; `rolled` says where.
        """

    def watermark(self, source: str) -> int | None:
        """Everything before this instant has been collected from `source`; None if nothing was."""
