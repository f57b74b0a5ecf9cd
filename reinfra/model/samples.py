"""Samples in columns: a `Batch` on its way into the store, a `SeriesBlock` on its way out."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.errors import ReinfraError
from reinfra.model.series import SeriesKey


class ModelError(ReinfraError):
    """Columns that do not fit together: a defect of the code that made them."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples of many series, in no particular order.

    `series[i]` is the index into `keys` of the series that sample `i` belongs to, `at[i]` its time in
    milliseconds since 1970 UTC, `value[i]` its value. NaN says that the source said nothing
    sensible; a gap is the absence of a sample.
    """

    keys: tuple[SeriesKey, ...]
    series: NDArray[np.int32]
    at: NDArray[np.int64]
    value: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not (self.series.ndim == 1 and self.series.shape == self.at.shape == self.value.shape):
            raise ModelError("a batch needs three columns of one length")
        if self.series.size and not 0 <= self.series.min() <= self.series.max() < len(self.keys):
            raise ModelError("a batch names a series that it has no key for")

    def __len__(self) -> int:
        return int(self.series.size)

    @classmethod
    def empty(cls) -> "Batch":
        return cls((), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))

    @classmethod
    def at_instant(cls, at: int, values: Iterable[tuple[SeriesKey, float]]) -> "Batch":
        """One value per series, all read at one instant: what a scrape gives."""
        pairs = list(values)
        return cls(
            tuple(key for key, _ in pairs),
            np.arange(len(pairs), dtype=np.int32),
            np.full(len(pairs), at, np.int64),
            np.array([value for _, value in pairs], np.float64),
        )

    @classmethod
    def of_series(
        cls, key: SeriesKey, at: NDArray[np.int64], value: NDArray[np.float64]
    ) -> "Batch":
        """The samples of one series."""
        return cls(
            (key,),
            np.zeros(len(at), np.int32),
            np.asarray(at, np.int64),
            np.asarray(value, np.float64),
        )

    @classmethod
    def concat(cls, batches: Iterable["Batch"]) -> "Batch":
        """All samples of all batches; a series named by several of them is named once."""
        index: dict[SeriesKey, int] = {}
        parts = [batch for batch in batches if len(batch)]
        if not parts:
            return cls.empty()
        series = []
        for batch in parts:
            renumbered = [index.setdefault(key, len(index)) for key in batch.keys]
            series.append(np.array(renumbered, np.int32)[batch.series])
        return cls(
            tuple(index),
            np.concatenate(series),
            np.concatenate([batch.at for batch in parts]),
            np.concatenate([batch.value for batch in parts]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SeriesBlock:
    """Many series on one time grid: `values[i, j]` is series `keys[i]` at `at[j]`.

    `at` is increasing, in milliseconds since 1970 UTC, `step` apart. `mask[i, j]` is True where there
    was a sample; where it is False the value is NaN and means "no sample". A NaN under a True mask
    is a sample that said nothing sensible. Nothing is ever filled in. `rolled` is True where the samples
    have expired and the value comes from sums kept of them, of the same step; None: nowhere.
    """

    keys: tuple[SeriesKey, ...]
    at: NDArray[np.int64]
    values: NDArray[np.float64]
    mask: NDArray[np.bool_]
    step: int
    rolled: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        shape = (len(self.keys), self.at.size)
        if self.values.shape != shape or self.mask.shape != shape:
            raise ModelError(f"a block of {shape} needs values and a mask of that shape")

    def select(self, rows: NDArray[np.intp]) -> "SeriesBlock":
        """The block of these rows only, on the same grid."""
        keys = tuple(self.keys[row] for row in rows)
        rolled = None if self.rolled is None else self.rolled[rows]
        return SeriesBlock(keys, self.at, self.values[rows], self.mask[rows], self.step, rolled)
