"""NumberDataPoints in columns, most of them without building an object for any.

What is the same in every request, a point's attributes, is looked up by its bytes; what stands before them is
read by `Places`. A point that is laid out in another way, or holds more (exemplars, flags), is decoded by
protobuf itself: both ways give the same numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from collectors.otlp.complaints import Complaints
from collectors.otlp.odd_numbers import Odd, read_odd
from collectors.otlp.places import DOUBLE, FIELD, INT, START, TIME, Places
from collectors.otlp.points import Columns
from collectors.otlp.series import UNKNOWN, Head, Series
from reinfra.model import Kind


@dataclass(slots=True)
class Numbers:
    """The points of a request: where each starts and ends in its bytes, and runs of one head."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    runs: list[tuple[Head, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.starts)

    def add(self, head: Head, starts: list[int], ends: list[int]) -> None:
        self.starts += starts
        self.ends += ends
        self.runs.append((head, len(starts)))

    def places(self, data: bytes) -> Places:
        """All points; the series of one that must be decoded by protobuf is UNKNOWN, of a refused one below."""
        raw = np.frombuffer(data, np.uint8)
        start, end = np.array(self.starts, np.int64), np.array(self.ends, np.int64)
        last = raw.size - 1
        started = raw[np.minimum(start, last)] == START
        value = start + FIELD + FIELD * started
        time, kind = raw[np.minimum(value - FIELD, last)], raw[np.minimum(value, last)]
        regular = (time == TIME) & ((kind == DOUBLE) | (kind == INT)) & (value + FIELD <= end)
        series = self._series(data, value + FIELD)
        series[~regular] = UNKNOWN
        counts = [count for _, count in self.runs]
        rising = np.repeat([head.kind is Kind.COUNTER for head, _ in self.runs], counts)
        factor = np.repeat([head.factor for head, _ in self.runs], counts)
        return Places(np.where(regular, value, 0), started & regular, rising, series, factor)

    def odd(self, data: bytes, places: Places, series: Series, complaints: Complaints) -> Columns:
        """The points that `places` has no series for; those it has a refusal for are complained of."""
        known = places.series > UNKNOWN
        if known.all():
            return Columns.empty()
        heads = list(self._heads())
        for place in np.flatnonzero(places.series < UNKNOWN).tolist():
            complaints.refuse(series.reason(int(places.series[place])), heads[place].metric)
        these = np.flatnonzero(places.series == UNKNOWN).tolist()
        values = places.value.tolist()
        return read_odd((self._odd(data, heads, values, one) for one in these), series, complaints)

    def _series(self, data: bytes, tails: NDArray[np.int64]) -> NDArray[np.int32]:
        texts = [data[tail:end] for tail, end in zip(tails.tolist(), self.ends, strict=True)]
        found: list[int] = []
        place = 0
        for head, count in self.runs:
            known, after = head.known.get, place + count
            found += [known(text, UNKNOWN) for text in texts[place:after]]
            place = after
        return np.array(found, np.int32)

    def _heads(self) -> Iterator[Head]:
        """The head of each point."""
        for head, count in self.runs:
            yield from repeat(head, count)

    def _odd(self, data: bytes, heads: list[Head], values: list[int], place: int) -> Odd:
        start, end, value = self.starts[place], self.ends[place], values[place]
        tail = data[value + FIELD : end] if value else b""
        return Odd(heads[place], data[start:end], tail)
