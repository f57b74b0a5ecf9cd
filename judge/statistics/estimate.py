"""A number, how sure it is, and why it is not surer."""

from dataclasses import dataclass, replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

NAN = float("nan")
CONFIDENCE = 0.95

Values = NDArray[np.float64]
Clusters = NDArray[np.int64]
"""`clusters[i]` names the group that item i came from, such as its question."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`value` with its interval from `low` to `high`, over `n` items.

    NaN is unknown: a NaN `value` says that nothing could be estimated, NaN bounds that there is no
    interval, and `reason` then says why in one sentence. `method` names how it was computed.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    reason: str = ""

    def __post_init__(self) -> None:
        if self.has_interval == bool(self.reason):
            raise ValueError("an estimate has either an interval or a reason why it has none")

    @classmethod
    def without_interval(
        cls, reason: str, *, value: float = NAN, n: int = 0, method: str = "none"
    ) -> "Estimate":
        return cls(value, NAN, NAN, n, method, reason)

    @property
    def has_interval(self) -> bool:
        return not (isnan(self.low) or isnan(self.high))

    @property
    def width(self) -> float:
        """NaN where there is no interval."""
        return self.high - self.low

    def clipped(self, least: float, most: float) -> "Estimate":
        """The interval cut to where the true value can be at all; NaN stays NaN."""
        low, high = np.clip([self.low, self.high], least, most).tolist()
        return replace(self, low=low, high=high)

    def labelled(self, method: str) -> "Estimate":
        return replace(self, method=method)
