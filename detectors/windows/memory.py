"""What is remembered of a series from one stretch to the next: its last points, and what still fades."""

import struct
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.base import DetectorError, Floats
from detectors.windows.model import SCALES, SETTLED, Model, Seen

FIRST, STRETCH, KEPT = 250, 6000, 8000
_TRUST = 1000.0
_HEAD = struct.Struct("<4sHqqqdI")
_MARK = b"wins"
_VIEWS = 3


def checkpoint(count: int) -> tuple[int, int]:
    """The last checkpoint at or before `count` points (0: none yet), and the next one.

    One comes whenever the series has grown by half, and at the latest after STRETCH points.
    """
    last, following = 0, FIRST
    while following <= count:
        stretch = min(following // 2, STRETCH)
        if stretch == STRETCH:
            last = following + (count - following) // STRETCH * STRETCH
            return last, last + STRETCH
        last, following = following, following + stretch
    return last, following


@dataclass(slots=True, eq=False)
class Memory:
    """`count` points since the first sample, the last at `last_at`. `recent` are those from KEPT before
    the last checkpoint on, NaN where there was no sample; `carried` is the averaged error at it.
    """

    count: int
    last_at: int
    recent: Floats
    carried: float

    @classmethod
    def fresh(cls) -> Self:
        return cls(0, 0, np.empty(0), 0.0)

    @classmethod
    def restored(cls, state: bytes | None, version: int, step: int) -> Self:
        """Raises DetectorError for a state of another version or step, or that is no state."""
        if state is None:
            return cls.fresh()
        numbers = (len(state) - _HEAD.size) // 8
        if len(state) >= _HEAD.size:
            mark, of, at_step, count, last_at, carried, size = _HEAD.unpack_from(state)
            if (mark, of, at_step) == (_MARK, version, step) and numbers == size:
                recent = np.frombuffer(state, np.float64, offset=_HEAD.size)
                return cls(count, last_at, recent.copy(), carried)
        raise DetectorError(
            "a detector's state does not fit",
            why=f"it is not of version {version} and a step of {step} ms",
            todo="Score from the beginning, without states.",
        )

    def packed(self, version: int, step: int) -> bytes:
        head = _HEAD.pack(
            _MARK, version, step, self.count, self.last_at, self.carried, self.recent.size
        )
        return head + self.recent.tobytes()

    def feed(self, x: Floats, at: NDArray[np.int64], step: int) -> tuple[Floats, Floats]:
        """Scores of `x` as known at once, and as known once every window that covers a point has ended."""
        now = np.full(x.size, np.nan)
        sums = np.zeros((len(SCALES), _VIEWS, 2, x.size + 1))
        begin = self._joined(x, at, step)
        place = begin
        while place < x.size:
            last, following = checkpoint(self.count)
            taken = min(following - self.count, x.size - place)
            self.recent = np.concatenate((self.recent, x[place : place + taken]))
            seen = self._seen(last, following, taken)
            before = self.count - last
            if seen is not None:
                parts = np.log1p(seen.parts[:, before : before + taken]).sum(axis=0)
                counted = self.count + np.arange(taken)
                now[place : place + taken] = parts * counted / (counted + _TRUST)
                _add(sums, seen, place - before, (before, before + taken))
            self.count += taken
            place += taken
            if self.count == following:
                self.carried = 0.0 if seen is None else float(seen.parts[1, -1])
                self.recent = self.recent[-KEPT:]
        if x.size > begin:
            self.last_at = int(at[-1])
        counted = np.maximum(self.count - x.size + np.arange(x.size), 0)
        trust = np.where(counted >= FIRST, counted / (counted + _TRUST), np.nan)
        known = np.isfinite(x)
        return np.where(known, now, np.nan), np.where(known, _whole(sums) * trust, np.nan)

    def _joined(self, x: Floats, at: NDArray[np.int64], step: int) -> int:
        """Where in `x` to go on. What lies between is missing; what is before the first sample is nothing."""
        if not self.count:
            known = np.flatnonzero(np.isfinite(x))
            return int(known[0]) if known.size else x.size
        if at.size:
            self._skip(int((at[0] - self.last_at) // step) - 1, step)
            return self._joined(x, at, step) if not self.count else 0
        return 0

    def _skip(self, missed: int, step: int) -> None:
        """So long a gap that nothing before it is looked at any more begins a new series."""
        if missed > KEPT:
            fresh = Memory.fresh()
            self.count, self.recent, self.carried = fresh.count, fresh.recent, fresh.carried
        elif missed > 0:
            at = self.last_at + step * np.arange(1, missed + 1)
            self.feed(np.full(missed, np.nan), at, step)

    def _seen(self, last: int, following: int, taken: int) -> Seen | None:
        """Of all points from the last checkpoint to the next, those to come being 0: however few there are now,
        the same sums are made in the same order. None without a history.
        """
        past = self.recent.size - (self.count - last) - taken
        known = np.isfinite(self.recent)
        if not last or known[:past].sum() < FIRST // 2:
            return None
        values = _bridged(self.recent, known)
        points = np.zeros(following - last)
        points[: values.size - past] = values[past:]
        missing = np.zeros(past + points.size, np.bool_)
        missing[: known.size] = ~known
        return Model.fit(values[:past]).see(values[:past], points, missing, self.carried)


def _bridged(x: Floats, known: NDArray[np.bool_]) -> Floats:
    """Where a value is missing, the last one; before the first, the first."""
    places = np.maximum.accumulate(np.where(known, np.arange(x.size), -1))
    bridged: Floats = x[np.where(places < 0, int(known.argmax()), places)]
    return bridged


def _add(sums: Floats, seen: Seen, checkpoint_at: int, ended: tuple[int, int]) -> None:
    """Add the windows that ended to the sums and counts of the points that they cover."""
    size = sums.shape[-1] - 1
    for of_scale, (length, starts, rises) in zip(sums, seen.windows, strict=True):
        ends = starts + length - 1
        now = (ends >= ended[0]) & (ends < ended[1])
        first = np.clip(starts[now] + checkpoint_at, 0, size)
        after = np.clip(starts[now] + length + checkpoint_at, 0, size)
        for of_view, rise in zip(of_scale, rises[:, now], strict=True):
            for row, amount in enumerate((rise, np.ones(rise.size))):
                of_view[row] += np.bincount(first, amount, size + 1)
                of_view[row] -= np.bincount(after, amount, size + 1)


def _whole(sums: Floats) -> Floats:
    """Over scales and views, the logarithms of the mean rises of the windows that cover a point, added up."""
    total, count = np.moveaxis(sums[SETTLED].cumsum(axis=-1)[..., :-1], 2, 0)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    found: Floats = np.log1p(np.maximum(mean, 0)).sum(axis=(0, 1))
    return found
