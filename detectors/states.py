"""What a streaming detector remembers of a series, as bytes: numbers of one length behind a short head."""

import struct
from collections.abc import Sequence

import numpy as np

from detectors.base import DetectorError, Floats

_HEAD = struct.Struct("<4sHqI")
_MARK = b"rest"


def pack(rows: Floats, version: int, step: int) -> list[bytes]:
    """One state per row of `rows` [series, numbers], for scores of a grid of `step` ms."""
    head = _HEAD.pack(_MARK, version, step, rows.shape[1])
    return [head + row.tobytes() for row in np.ascontiguousarray(rows, np.float64)]


def unpack(states: Sequence[bytes | None], fresh: Floats, version: int, step: int) -> Floats:
    """`[series, numbers]`, a copy of `fresh` where there is no state.

    Raises DetectorError for a state of another version, step or length, or that is no state.
    """
    rows = np.tile(fresh, (len(states), 1))
    head = _HEAD.pack(_MARK, version, step, fresh.size)
    length = len(head) + fresh.nbytes
    for row, state in zip(rows, states, strict=True):
        if state is None:
            continue
        if len(state) != length or not state.startswith(head):
            raise DetectorError(
                "a detector's state does not fit",
                why=f"it is not of version {version} and a step of {step} ms",
                todo="Score from the beginning, without states.",
            )
        row[:] = np.frombuffer(state, np.float64, offset=len(head))
    return rows
