"""Remote write's protobuf, written by hand: three messages need no compiler.

Field numbers are those of prometheus/prompb/remote.proto (WriteRequest: timeseries = 1) and types.proto
(TimeSeries: labels = 1, samples = 2; Label: name = 1, value = 2; Sample: value = 1 as double, timestamp = 2
as int64); wire types those of protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from reinfra.model import InputError

_GROUPS = 6
_FIRST, _END = 1 << 7 * (_GROUPS - 1), 1 << 7 * _GROUPS
"""Times that take exactly six bytes as a varint: 1971 to 2109."""

_SAMPLE_SIZE = 1 + 8 + 1 + _GROUPS


def labels_of(labels: Mapping[str, str]) -> bytes:
    """The label fields of a TimeSeries; they must be sorted by name."""
    pairs = (_field(1, name.encode()) + _field(2, value.encode()) for name, value in labels.items())
    return b"".join(_field(1, pair) for pair in pairs)


def time_series(labels: bytes, at: NDArray[np.int64], value: NDArray[np.float64]) -> bytes:
    """A TimeSeries as a field of a WriteRequest. NaN keeps its bits. Raises InputError for odd times."""
    return _field(1, labels + _samples(at, value))


def _samples(at: NDArray[np.int64], value: NDArray[np.float64]) -> bytes:
    """All samples at once: each has the same length, so that they are rows of a table of bytes."""
    if at.size and not _FIRST <= int(at.min()) <= int(at.max()) < _END:
        raise InputError("a sample's time is not between 1971 and 2109")
    rows = np.empty((at.size, 2 + _SAMPLE_SIZE), np.uint8)
    rows[:, 0], rows[:, 1] = 2 << 3 | 2, _SAMPLE_SIZE
    rows[:, 2] = 1 << 3 | 1
    rows[:, 3:11] = value.astype("<f8").view(np.uint8).reshape(-1, 8)
    rows[:, 11] = 2 << 3
    shifts = 7 * np.arange(_GROUPS)
    groups = (at[:, None] >> shifts) & 0x7F
    groups[:, :-1] |= 0x80
    rows[:, 12:] = groups
    return rows.tobytes()


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >> 7:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
