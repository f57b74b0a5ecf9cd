"""What the values of a page must keep, as rows of its samples: checked for all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collectors.exposition.malformed import malformed

Index = NDArray[np.intp]


def _none() -> Index:
    return np.empty(0, np.intp)


def _no_pairs() -> tuple[Index, Index]:
    return _none(), _none()


@dataclass(frozen=True, slots=True)
class Rules:
    """Each is an index of samples. Of `rising` and `equal`, the samples that are compared.

    They follow from a page's layout alone, and so are made once for many scrapes of it.
    """

    no_nan: Index = field(default_factory=_none)
    no_negative: Index = field(default_factory=_none)
    whole: Index = field(default_factory=_none)
    binary: Index = field(default_factory=_none)
    one: Index = field(default_factory=_none)
    rising: tuple[Index, Index] = field(default_factory=_no_pairs)
    equal: tuple[Index, Index] = field(default_factory=_no_pairs)

    def check(self, value: NDArray[np.float64], lines: Sequence[int]) -> None:
        """Raises CollectorError for the first sample that breaks a rule."""
        (low, high), (one, other) = self.rising, self.equal
        binary, ones, whole = value[self.binary], value[self.one], value[self.whole]
        broken = (
            (self.no_nan, np.isnan(value[self.no_nan]), "NaN is no total"),
            (self.no_negative, value[self.no_negative] < 0, "a total cannot be negative"),
            (self.whole, whole != np.floor(whole), "a count must be whole"),
            (self.whole, ~np.isfinite(whole), "a count must be finite"),
            (self.binary, (binary != 0) & (binary != 1), "a state must be 0 or 1"),
            (self.one, ones != 1, "an info must be 1"),
            (high, value[high] < value[low], "a bucket below the one before"),
            (other, value[one] != value[other], "the count is not the +Inf bucket's"),
        )
        for rows, bad, why in broken:
            if bad.any():
                raise malformed(lines[int(rows[np.argmax(bad)])], why)
