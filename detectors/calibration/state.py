"""What calibration remembers of each series: a short record of today, and a long one of the days before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import DetectorError, Floats
from detectors.calibration.clock import WINDOW_DAYS, Blocks
from detectors.calibration.maxima import Maxima

VERSION = 1

Record = np.dtype[Any]
_LEAST = 16  # bytes that hold version and width, with which every record begins


HEAD: Record = np.dtype(
    [(name, "<i8") for name in ("version", "width", "day")]
    + [(name, "<f8") for name in ("unit", "cold", "factor", "weeks")]
)
"""What every record begins with; two states of a fleet differ in `unit` only."""


def _head(blocks: Blocks) -> Record:
    begin = [(name, HEAD[name]) for name in HEAD.names or ()]
    kept = [("maxima", "<f4", (blocks.per_day,)), ("offsets", "<u4", (blocks.per_day,))]
    return np.dtype([*begin, *kept])


def _tail(blocks: Blocks) -> Record:
    kept = [("maxima", "<f4", (blocks.window,)), ("offsets", "<u4", (blocks.window,))]
    return np.dtype([*kept, ("units", "<f8", (WINDOW_DAYS,))])


@dataclass(slots=True, eq=False)
class Memory:
    """Of many series on one day. `unit` is NaN for one with too little history; the next three are its fleet's.

    `past` holds the days before, `units[series, day]` what was in force on them; both mean nothing where
    `whole` is False: only the short record was given.
    """

    day: int
    unit: Floats
    cold: Floats
    factor: Floats
    weeks: Floats
    today: Maxima
    past: Maxima
    units: Floats
    whole: NDArray[np.bool_]

    @classmethod
    def blank(cls, series: int, blocks: Blocks, day: int) -> Self:
        unit, cold, factor, weeks = (np.full(series, np.nan) for _ in range(4))
        today, past = (Maxima.none(series, n) for n in (blocks.per_day, blocks.window))
        units = np.full((series, WINDOW_DAYS), np.nan)
        every = np.ones(series, np.bool_)
        return cls(day, unit, cold, factor, weeks, today, past, units, every)

    def moved(self, day: int, blocks: Blocks) -> Self:
        """As it is known at the beginning of a later day. Raises DetectorError for a short record."""
        if not self.whole.all():
            raise DetectorError("at a new day, thresholds need the long part of their state")
        series, days = len(self.unit), min(day - self.day, WINDOW_DAYS + 1)
        found = self.blank(series, blocks, day)
        missed = Maxima.none(series, (days - 1) * blocks.per_day)
        every = self.past.then(self.today).then(missed)
        found.past = every.between(days * blocks.per_day, every.values.shape[1])
        none = np.full((series, days - 1), np.nan)
        found.units = np.concatenate((self.units, self.unit[:, None], none), axis=1)[:, days:]
        return found

    def put(self, rows: NDArray[np.intp], other: Self) -> None:
        """Take over other series, whose rows these are here."""
        for name in ("unit", "cold", "factor", "weeks", "units", "whole"):
            getattr(self, name)[rows] = getattr(other, name)
        self.today.put(rows, other.today)
        self.past.put(rows, other.past)

    def pack(self, blocks: Blocks) -> list[bytes]:
        head, tail = (np.zeros(len(self.unit), make(blocks)) for make in (_head, _tail))
        head["version"], head["width"], head["day"] = VERSION, blocks.width, self.day
        for name in ("unit", "cold", "factor", "weeks"):
            head[name] = getattr(self, name)
        head["maxima"], head["offsets"] = self.today.values, self.today.offsets
        tail["maxima"], tail["offsets"] = self.past.values, self.past.offsets
        tail["units"] = self.units
        return [
            short.tobytes() + (long.tobytes() if whole else b"")
            for short, long, whole in zip(head, tail, self.whole, strict=True)
        ]


def split(state: bytes) -> tuple[bytes, bytes]:
    """Its short and its long record. Raises DetectorError for another version."""
    version, width = np.frombuffer(state[:16], "<i8") if len(state) > _LEAST else (0, 0)
    if version != VERSION:
        raise DetectorError("a state of the thresholds is of another version")
    size = _head(Blocks.of(int(width), int(width))).itemsize
    return state[:size], state[size:]


def fleet(states: Sequence[bytes]) -> tuple[int, float]:
    """Of one fleet: how many series have thresholds of their own, and the series-weeks these were made from."""
    heads = np.frombuffer(b"".join([one[: HEAD.itemsize] for one in states]), HEAD)
    known = np.isfinite(heads["weeks"])
    weeks = float(heads["weeks"][known].max()) if known.any() else 0.0
    return int(np.isfinite(heads["unit"]).sum()), weeks


def forget(state: bytes, stretches: Sequence[tuple[int, int]]) -> bytes:
    """The whole state without what was scored in `[since, until]` (ms): it is no longer learned from."""
    head, long = split(state)
    width = int(np.frombuffer(head[8:16], "<i8")[0])
    blocks = Blocks.of(width, width)
    day = int(np.frombuffer(head[16:24], "<i8")[0])
    memory, _ = unpack([head + long], blocks, day)
    first = (day - WINDOW_DAYS) * blocks.per_day
    every = memory.past.then(memory.today)
    for since, until in stretches:
        begin, end = (max(0, at // width - first) for at in (since, until + width))
        every.values[:, begin:end] = np.nan
    memory.past = every.between(0, blocks.window)
    memory.today = every.between(blocks.window, blocks.window + blocks.per_day)
    return memory.pack(blocks)[0]


def unpack(
    states: Sequence[bytes | None], blocks: Blocks, day: int
) -> tuple[Memory, NDArray[np.bool_]]:
    """What is known at `day`, and for which series it is no day that their state has begun.

    Raises DetectorError for a state of another version, of another step or of a later day.
    """
    found = Memory.blank(len(states), blocks, day)
    fresh = np.ones(len(states), np.bool_)
    given = np.array([row for row, one in enumerate(states) if one is not None], np.intp)
    heads, tails, whole = _records([one for one in states if one is not None], blocks)
    if np.any(heads["version"] != VERSION) or np.any(heads["width"] != blocks.width):
        raise DetectorError("a state of the thresholds is of another version or another step")
    if np.any(heads["day"] > day):
        raise DetectorError("a state of the thresholds is of a later day than the block")
    for before in np.unique(heads["day"]):
        these = np.flatnonzero(heads["day"] == before)
        memory = _memory(int(before), heads[these], tails[these], whole[these])
        found.put(given[these], memory if before == day else memory.moved(day, blocks))
        fresh[given[these]] = before != day
    return found, fresh


def _records(
    states: list[bytes], blocks: Blocks
) -> tuple[NDArray[np.void], NDArray[np.void], NDArray[np.bool_]]:
    """Short and long records, the latter zeros where there is none, and where there is one."""
    head, tail = _head(blocks), _tail(blocks)
    sizes = np.array([len(one) for one in states], np.intp)
    whole = sizes == head.itemsize + tail.itemsize
    if not np.all(whole | (sizes == head.itemsize)):
        raise DetectorError("a state of the thresholds has the wrong length")
    heads = np.frombuffer(b"".join(one[: head.itemsize] for one in states), head)
    tails = np.zeros(len(states), tail)
    tails[whole] = np.frombuffer(b"".join(one[head.itemsize :] for one in states), tail)
    return heads, tails, whole


def _memory(
    day: int, head: NDArray[np.void], tail: NDArray[np.void], whole: NDArray[np.bool_]
) -> Memory:
    unit, cold, factor, weeks = (head[name].copy() for name in ("unit", "cold", "factor", "weeks"))
    today, past = (Maxima(one["maxima"].copy(), one["offsets"].copy()) for one in (head, tail))
    return Memory(day, unit, cold, factor, weeks, today, past, tail["units"].copy(), whole)
