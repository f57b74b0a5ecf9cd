"""What is remembered of a series from one stretch to the next: its last points, and the model made of them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.windows.model import CHUNK, Model, Seen

FIRST, KEPT = 256, 8192
_LARGEST = 1e30
Points = NDArray[np.floating[Any]]


def chunk_of(count: int) -> tuple[int, int]:
    """Where the chunk that holds the next point begins and ends, counted from the first sample.

    Chunks grow with the series, up to CHUNK points.
    """
    if count < FIRST:
        return 0, FIRST
    size = min(1 << (count.bit_length() - 1), CHUNK)
    return count // size * size, (count // size + 1) * size


def fitted_at(count: int) -> bool:
    """Whether a model is fitted after `count` points: at every doubling, and then after every KEPT points."""
    return count % KEPT == 0 or (FIRST <= count < KEPT and count & (count - 1) == 0)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """What `model` says of a chunk that begins `begun` points after its fit; `part` of it was taken."""

    seen: Seen
    model: Model
    begun: int
    part: slice


@dataclass(slots=True, eq=False)
class Memory:
    """`count` points since the first sample, the last at `last_at`.

    `recent` are those from KEPT before the chunk that is not over on, NaN where there was no sample; from the
    first fit on in units of `unit` from `origin` on, in single precision. After KEPT points without a sample
    nothing is remembered.
    """

    count: int = 0
    last_at: int = 0
    origin: float = 0.0
    unit: float = 0.0
    recent: Points = field(default_factory=lambda: np.empty(0))
    model: Model | None = None

    def take(self, x: Floats, *, whole: bool) -> Chunk | None:
        """Go on by `x`, no farther than to the end of the chunk; None without a model."""
        self.recent = np.concatenate((self.recent, self._reckoned(x)))
        begin, end = chunk_of(self.count)
        before = self.count - begin
        self.count += x.size
        model = self.model
        chunk = None
        if model is not None:
            seen = self._seen(model, before + x.size, end - begin)
            chunk = Chunk(seen, model, model.done, slice(before, before + x.size))
            if self.count == end:
                model.learn(seen)
        if self.count == end:
            self._ended(whole=whole)
        return chunk

    def values(self, x: Floats) -> Floats:
        """Back in the series' own unit."""
        return self.origin + self.unit * x

    def _reckoned(self, x: Points) -> Points:
        if not self.unit:
            return x
        found: Points = ((x - self.origin) / self.unit).clip(-_LARGEST, _LARGEST).astype(np.float32)
        return found

    def _seen(self, model: Model, known: int, size: int) -> Seen:
        """Of all points of the chunk, those to come being 0: however few there are now, the same is reckoned."""
        tail = self.recent[-(model.reach + known) :].astype(np.float64)
        missing = np.zeros(tail.size - known + size, np.bool_)
        missing[: tail.size] = np.isnan(tail)
        x = np.zeros(missing.size)
        x[: tail.size] = bridged(tail)
        return model.see(x, missing, size)

    def _ended(self, *, whole: bool) -> None:
        self.recent = self.recent[-KEPT:]
        if np.isnan(self.recent).all():
            self.count, self.unit, self.recent, self.model = 0, 0.0, np.empty(0), None
        elif fitted_at(self.count):
            self._fit(whole=whole)

    def _fit(self, *, whole: bool) -> None:
        if not self.unit:
            known = self.recent[np.isfinite(self.recent)]
            self.origin = float(known.mean())
            self.unit = float(known.std()) + 1e-6 * abs(self.origin) + 1e-12
            self.recent = self._reckoned(self.recent)
        there = np.isfinite(self.recent)
        carried = 0.0 if self.model is None else self.model.carried
        self.model = None
        if there.sum() >= FIRST // 2:
            self.model = Model.fit(bridged(self.recent.astype(np.float64)), carried, whole=whole)


def bridged(x: Floats) -> Floats:
    """Where a value is missing, the last one; before the first, the first, or 0 without any."""
    known = np.isfinite(x)
    if known.all():
        return x
    if not known.any():
        return np.zeros(x.size)
    places = np.maximum.accumulate(np.where(known, np.arange(x.size), -1))
    whole: Floats = x[np.where(places < 0, int(known.argmax()), places)]
    return whole
