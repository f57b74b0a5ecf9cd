"""A memory as bytes: a head, the last points, and the model, without what only tells later."""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.base import DetectorError
from detectors.windows.lags import Lags, features, lags_up_to
from detectors.windows.library import Library, width
from detectors.windows.memory import Memory
from detectors.windows.model import Model
from detectors.windows.scales import Scale, scales_of
from detectors.windows.usual import Usual
from detectors.windows.views import Cut

_HEAD = struct.Struct("<4sHqqqddII")
_MARK = b"wins"
_MODEL = struct.Struct("<ddqqqdddd")
_LIBRARY = struct.Struct("<qqqqqdd")


def packed(memory: Memory, version: int, step: int) -> bytes:
    """Of any size up to 128 kB."""
    model = b"" if memory.model is None else _packed_model(memory.model)
    recent = memory.recent.astype(_kind(memory.unit)).tobytes()
    head = _HEAD.pack(
        _MARK, version, step, memory.count, memory.last_at, memory.origin, memory.unit, len(recent), len(model)
    )  # fmt: skip
    return head + recent + model


def restored(state: bytes | None, version: int, step: int) -> Memory:
    """Raises DetectorError for a state of another version or step, or that is no state."""
    if state is None:
        return Memory()
    if len(state) >= _HEAD.size:
        mark, of, at_step, count, last_at, origin, unit, size, rest = _HEAD.unpack_from(state)
        whole = _HEAD.size + size + rest == len(state)
        if whole and (mark, of, at_step) == (_MARK, version, step):
            reader = _Reader(state, _HEAD.size)
            recent = reader.array(_kind(unit), size // np.dtype(_kind(unit)).itemsize)
            model = _restored_model(reader) if rest else None
            return Memory(count, last_at, origin, unit, recent, model)
    raise DetectorError(
        "a detector's state does not fit",
        why=f"it is not of version {version} and a step of {step} ms",
        todo="Score from the beginning, without states.",
    )


def _kind(unit: float) -> str:
    """Before the first fit points are kept as they are."""
    return "<f4" if unit else "<f8"


def _packed_model(model: Model) -> bytes:
    error = model.usual_error
    head = _MODEL.pack(
        model.centre, model.unit, model.period, model.forecast.longest, model.done,
        model.carried, error.mean, error.spread, error.worst,
    )  # fmt: skip
    parts = (_packed_library(one) for one in model.libraries)
    return b"".join((head, model.held.tobytes(), model.forecast.weights.tobytes(), *parts))


def _packed_library(library: Library) -> bytes:
    cut = library.cut
    head = _LIBRARY.pack(
        cut.length, cut.stride, cut.block, library.every, library.starts.size, library.centre, library.size
    )  # fmt: skip
    usual = [(one.mean, one.spread, one.worst) for one in library.usual]
    numbers = np.array(usual, np.float64).tobytes()
    vectors = (one.astype(np.float16).tobytes() for one in library.vectors)
    return b"".join((head, numbers, library.starts.astype(np.int32).tobytes(), *vectors))


class _Reader:
    """Arrays out of bytes, one after the other."""

    def __init__(self, state: bytes, at: int) -> None:
        self.state, self.at = state, at

    def array(self, kind: str, size: int) -> NDArray[Any]:
        found = np.frombuffer(self.state, kind, size, self.at)
        self.at += found.nbytes
        return found

    def numbers(self, shape: struct.Struct) -> tuple[float, ...]:
        found = shape.unpack_from(self.state, self.at)
        self.at += shape.size
        return found


def _restored_model(reader: _Reader) -> Model:
    centre, unit, period, longest, done, carried, *error = reader.numbers(_MODEL)
    scales = scales_of(whole=False)
    held = reader.array("<f8", sum(len(scale.now) for scale in scales)).astype(np.float64)
    lags = lags_up_to(int(longest))
    weights = reader.array("<f4", features(lags.size)).astype(np.float32)
    libraries = tuple(_restored_library(reader, scale) for scale in scales)
    return Model(
        centre, unit, int(period), Lags(lags, weights), Usual(*error), scales, libraries, int(done), carried, held
    )  # fmt: skip


def _restored_library(reader: _Reader, scale: Scale) -> Library:
    length, stride, block, every, count, centre, size = reader.numbers(_LIBRARY)
    views = scale.views(whole=False)
    usual = reader.array("<f8", 3 * len(views)).reshape(-1, 3).tolist()
    starts = reader.array("<i4", int(count)).astype(np.intp)
    cut = Cut(int(length), int(stride), int(block), np.empty(0, np.intp))
    widths = (width(cut, view) for view in views)
    vectors = [
        reader.array("<f2", int(count) * one).astype(np.float32).reshape(-1, one) for one in widths
    ]
    return Library(
        cut, views, centre, size, int(every), starts, vectors, tuple(Usual(*one) for one in usual)
    )
