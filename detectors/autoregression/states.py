"""Every series' state as one row of a table, and as bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.autoregression.layout import Layout
from detectors.base import DetectorError

Rows = NDArray[Any]
"""A structured array: one row per series."""


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """Tables of one row per series; a row that is not `opened` came without its deep part."""

    layout: Layout
    near: Rows
    deep: Rows
    opened: NDArray[np.bool_]

    def bytes(self) -> list[bytes]:
        near, deep = (part.tobytes() for part in (self.near, self.deep))
        short, long = self.near.itemsize, self.deep.itemsize
        return [
            near[row * short : (row + 1) * short]
            + (deep[row * long : (row + 1) * long] if opened else b"")
            for row, opened in enumerate(self.opened.tolist())
        ]


def unpacked(states: Sequence[bytes | None], layout: Layout, version: int, first: int) -> States:
    """The states as tables; a series without one begins at column `first`.

    Raises DetectorError for bytes that are no state of this version and step.
    """
    near, deep = _fresh(len(states), layout, version, first)
    opened = np.ones(len(states), np.bool_)
    short, whole = layout.near.itemsize, layout.near.itemsize + layout.deep.itemsize
    known = [(row, state) for row, state in enumerate(states) if state is not None]
    if any(len(state) not in {short, whole} for _, state in known):
        raise DetectorError("a state of another version or step", todo="Begin without it.")
    if known:
        rows = [row for row, _ in known]
        near[rows] = np.frombuffer(b"".join([state[:short] for _, state in known]), layout.near)
        long = [(row, state[short:]) for row, state in known if len(state) == whole]
        if long:
            read = np.frombuffer(b"".join([part for _, part in long]), layout.deep)
            deep[[row for row, _ in long]] = read
        opened[rows] = [len(state) == whole for _, state in known]
    if (near["version"] != version).any() or (near["step"] != layout.step).any():
        raise DetectorError("a state of another version or step", todo="Begin without it.")
    return States(layout, near, deep, opened)


def step_of(state: bytes) -> int:
    """The step, in ms, of the grid that a state is for."""
    return int(np.frombuffer(state, "<i8", 1, offset=_BEFORE_STEP)[0])


def _fresh(size: int, layout: Layout, version: int, first: int) -> tuple[Rows, Rows]:
    near, deep = np.zeros(size, layout.near), np.zeros(size, layout.deep)
    for name in layout.near.names or ():
        if near[name].dtype.kind == "f":
            near[name] = np.nan
    near["version"], near["step"] = version, layout.step
    near["segment"], near["until"] = first // layout.columns, first
    near["lately"] = near["usually"] = 0.0
    deep["past"] = np.nan
    return near, deep


_BEFORE_STEP = 3
"""Bytes of what comes first in every layout: the version, and whether the series is settled."""
