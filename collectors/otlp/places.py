"""Where the numbers of data points stand in a request, and those numbers in columns.

A point that is laid out as encoders do is 0x11 and its start time (may be missing), 0x19 and its time, 0x21 and a
double or 0x31 and an integer, each of eight bytes, then its attributes. The tags are those of NumberDataPoint's
fields 2, 3, 4 and 6 (metrics.proto).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collectors.otlp.complaints import Complaints
from collectors.otlp.points import NANOSECONDS, Columns

START, TIME, DOUBLE, INT = 0x11, 0x19, 0x21, 0x31
FIELD = 9
"""Bytes of a tag and its value."""
EXACT = 2**53
INEXACT = "integers beyond 2^53, kept to 16 digits"

_EIGHT = np.arange(8)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """`value` is the place of each point's value, its tag included; the time stands before it.

    Where `started`, the start time stands before that; where `rising` it means something. `series` are
    numbers of `Series`, values are multiplied by `factor`.
    """

    value: NDArray[np.int64]
    started: NDArray[np.bool_]
    rising: NDArray[np.bool_]
    series: NDArray[np.int32]
    factor: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.value.size)

    def take(self, these: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "Places":
        return Places(
            self.value[these],
            self.started[these],
            self.rising[these],
            self.series[these],
            self.factor[these],
        )

    def moved(self, by: int) -> "Places":
        return Places(self.value + by, self.started, self.rising, self.series, self.factor)

    @classmethod
    def joined(cls, parts: Sequence["Places"]) -> "Places":
        columns = [(one.value, one.started, one.rising, one.series, one.factor) for one in parts]
        return cls(*(np.concatenate(each) for each in zip(*columns, strict=True)))

    def columns(self, raw: NDArray[np.uint8], complaints: Complaints) -> Columns:
        """The samples, of those that have a time."""
        if not len(self):
            return Columns.empty()
        whole = raw[self.value] == INT
        bits = _eight(raw, self.value + 1)
        integers = bits.view(np.int64)
        inexact = whole & ((integers > EXACT) | (integers < -EXACT))
        if inexact.any():
            complaints.note(INEXACT, count=int(inexact.sum()))
        value = np.where(whole, integers.astype(np.float64), bits.view(np.float64)) * self.factor
        at = _milliseconds(raw, self.value - FIELD)
        begun = self.started & self.rising
        since = np.where(begun, _milliseconds(raw, np.where(begun, self.value - 2 * FIELD, 0)), 0)
        return Columns(self.series, at, since, value).timed(complaints)

    def variable(self) -> NDArray[np.int64]:
        """The places of all bytes that differ from one request to the next."""
        begins = self.value[self.started] - 2 * FIELD
        fields = np.concatenate([self.value, self.value - FIELD, begins])
        eight: NDArray[np.int64] = (fields[:, None] + 1 + _EIGHT).reshape(-1)
        return eight


def _milliseconds(raw: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.int64]:
    return (_eight(raw, at + 1) // NANOSECONDS).astype(np.int64)


def _eight(raw: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The eight bytes at each place, as protobuf writes them: little-endian."""
    eight: NDArray[np.uint64] = raw[at[:, None] + _EIGHT].view("<u8").reshape(-1)
    return eight
