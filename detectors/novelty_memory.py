"""What has been seen of one series: contexts of coarse values, and how long ago a change was last as large."""

import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

import numpy as np

from detectors.base import DetectorError

VERSION = 1

_LEVELS = 8
_LONGEST = 3  # values in a context
_MOST_CONTEXTS = 3000  # those met longest ago are forgotten
_EASED = ((1.1, 0.0), (1.1, 0.03), (1.3, 0.0), (1.3, 0.03), (1.7, 0.0), (1.7, 0.03))
"""A past value counts as as large when it reaches (value - share of the range) / factor, for each of these."""

_WIDTH = 2 * _LONGEST + 2  # of a context on record: its length, how often it was met, its values
_HEAD = struct.Struct("<2q4d")

Context = tuple[int, ...]


@dataclass(slots=True)
class Records:
    """The past values that no later one reached, newest last: for each, when, and its negative."""

    at: list[int] = field(default_factory=list)
    negative: list[float] = field(default_factory=list)

    def age(self, now: int, value: float, span: float, longest: int) -> float:
        """Samples since `value` was last reached or nearly so, a mean over how nearly."""
        total = 0.0
        for factor, share in _EASED:
            least = (value - share * span) / factor
            if least > 0:
                place = bisect_right(self.negative, -least) - 1
                total += min(longest, now - self.at[place] - 1 if place >= 0 else now)
        return total / len(_EASED)

    def add(self, now: int, value: float, longest: int) -> None:
        while self.negative and self.negative[-1] >= -value:
            self.negative.pop()
            self.at.pop()
        self.negative.append(-value)
        self.at.append(now)
        gone = bisect_right(self.at, now - longest - 1)
        del self.at[:gone], self.negative[:gone]


@dataclass(slots=True)
class Seen:
    """After `count` samples, the first of them `first`. `said` are the scores given lately, oldest first."""

    count: int = 0
    first: float = 0.0
    low: float = 0.0
    high: float = 0.0
    last: float = 0.0
    bins: Context = ()
    contexts: dict[Context, int] = field(default_factory=dict)
    changes: Records = field(default_factory=Records)
    drops: Records = field(default_factory=Records)
    said: list[tuple[int, float]] = field(default_factory=list)

    def take(self, value: float, span: int, quiet: int, warm_up: int) -> float:
        """How new the sample is, 0 where not newer than one of the last `quiet`; NaN while warming up."""
        if not self.count:
            self.first = self.low = self.high = self.last = value
        self.low, self.high = min(self.low, value), max(self.high, value)
        reach = self.high - self.low + 1e-12
        change, drop = abs(value - self.last), self.high - value
        ages = 0.0
        for records, each in ((self.changes, change), (self.drops, drop)):
            ages += records.age(self.count, each, reach, 2 * span) / (4 * span)
            records.add(self.count, each, 2 * span)
        score = self._context(value, reach) + ages
        self.last = value
        self.count += 1
        return self._said(score, quiet) if self.count > warm_up else float("nan")

    def _context(self, value: float, reach: float) -> float:
        """The mean over contexts of 1 to 3 values of 1 / (1 + how often it was met)."""
        exponent = int(np.ceil(np.log2(reach)))
        place = int(np.floor((value - self.first) / 2.0**exponent * _LEVELS))
        self.bins = (*self.bins, place, exponent)[-2 * _LONGEST :]
        total = 0.0
        for length in range(1, len(self.bins) // 2 + 1):
            key = self.bins[-2 * length :]
            met = self.contexts.pop(key, 0)
            self.contexts[key] = met + 1
            total += 1 / (1 + met)
        while len(self.contexts) > _MOST_CONTEXTS:
            del self.contexts[next(iter(self.contexts))]
        return total / _LONGEST

    def _said(self, score: float, quiet: int) -> float:
        """The score, unless as high a one was given within the last `quiet` samples."""
        self.said = [one for one in self.said if one[0] >= self.count - quiet]
        if score <= 0 or any(before >= score for _, before in self.said):
            return 0.0
        self.said = [*(one for one in self.said if one[1] > score), (self.count, score)]
        return score

    def pack(self) -> bytes:
        keys = np.zeros((len(self.contexts), _WIDTH), "<i4")
        for row, (key, met) in enumerate(self.contexts.items()):
            keys[row, 0], keys[row, 1], keys[row, 2 : 2 + len(key)] = len(key), met, key
        whole = [*self.bins, *self.changes.at, *self.drops.at, *(at for at, _ in self.said)]
        real = [*self.changes.negative, *self.drops.negative, *(one for _, one in self.said)]
        sizes = [
            len(one)
            for one in (self.bins, self.contexts, self.changes.at, self.drops.at, self.said)
        ]
        head = _HEAD.pack(VERSION, self.count, self.first, self.low, self.high, self.last)
        arrays = (np.array([*sizes, *whole], "<i8"), np.array(real, "<f8"), keys)
        return head + b"".join(one.tobytes() for one in arrays)

    @classmethod
    def unpack(cls, state: bytes) -> Self:
        """Raises DetectorError for a state of another version."""
        if len(state) < _HEAD.size or _HEAD.unpack_from(state)[0] != VERSION:
            raise DetectorError("a state of novelty is of another version")
        _, count, first, low, high, last = _HEAD.unpack_from(state)
        bins, contexts, *sizes = np.frombuffer(state, "<i8", 5, _HEAD.size).tolist()
        edges = np.cumsum([0, bins, *sizes])
        numbers = _HEAD.size + 5 * 8
        whole = np.frombuffer(state, "<i8", edges[-1], numbers)
        real = np.frombuffer(state, "<f8", sum(sizes), numbers + 8 * edges[-1])
        keys = np.frombuffer(state, "<i4", contexts * _WIDTH, len(state) - 4 * contexts * _WIDTH)
        now = [whole[begin:end].tolist() for begin, end in pairwise(edges)]
        then = [real[begin:end].tolist() for begin, end in pairwise(edges[1:] - bins)]
        rows = keys.reshape(-1, _WIDTH).tolist()
        met = {tuple(row[2 : 2 + row[0]]): row[1] for row in rows}
        changes, drops = (Records(*pair) for pair in zip(now[1:3], then[:2], strict=True))
        said = [*zip(now[3], then[2], strict=True)]
        return cls(count, first, low, high, last, tuple(now[0]), met, changes, drops, said)
