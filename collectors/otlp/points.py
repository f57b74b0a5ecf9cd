"""Samples of a request in columns, before they are a batch."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collectors.otlp.complaints import Complaints

NANOSECONDS = 1_000_000
"""In a millisecond."""
NO_TIME = "no time"


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """`series` are numbers of `Series`; `at` and `since` are in ms, `since` 0 where it means nothing."""

    series: NDArray[np.int32]
    at: NDArray[np.int64]
    since: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.series.size)

    @classmethod
    def empty(cls) -> "Columns":
        return Rows().columns()

    @classmethod
    def joined(cls, parts: Iterable["Columns"]) -> "Columns":
        columns = [(part.series, part.at, part.since, part.value) for part in parts]
        return cls(*(np.concatenate(each) for each in zip(*columns, strict=True)))

    def take(self, these: NDArray[np.bool_]) -> "Columns":
        return Columns(self.series[these], self.at[these], self.since[these], self.value[these])

    def after_zeros(self, begun: NDArray[np.bool_]) -> "Columns":
        """Before those that have begun anew, a sample of zero at their start."""
        if not begun.any():
            return self
        new = self.take(begun)
        zeros = Columns(new.series, new.since, new.since, np.zeros(len(new)))
        return Columns.joined([zeros, self])

    def timed(self, complaints: Complaints) -> "Columns":
        """Without those of time 0, which consumers should reject (metrics.proto, "TimeUnixNano")."""
        timeless = self.at == 0
        if not timeless.any():
            return self
        complaints.refuse(NO_TIME, count=int(timeless.sum()))
        return self.take(~timeless)


@dataclass(slots=True)
class Rows:
    """Samples that come one by one."""

    series: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    since: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, series: int, at: int, since: int, value: float) -> None:
        self.series.append(series)
        self.at.append(at)
        self.since.append(since)
        self.value.append(value)

    def columns(self) -> Columns:
        return Columns(
            np.array(self.series, np.int32),
            np.array(self.at, np.int64),
            np.array(self.since, np.int64),
            np.array(self.value, np.float64),
        )
