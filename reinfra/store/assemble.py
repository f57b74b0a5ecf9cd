"""From many frames to the samples of each series in time order.

Scrapes of one fleet have one layout: the same series in the same order, again and again. Such frames
are stacked into a matrix of frames x series and turned, which sorts nothing. Whatever does not fit
(history in one batch, an instant written twice, times out of order) takes the general way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.store.columns import BLOCK, Columns, Runs, lengths
from reinfra.store.frames import Frame, columns_of


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """The runs of one group and block; `repeats` samples were written twice alike, `conflicts` otherwise."""

    block: int
    runs: Runs
    repeats: int = 0
    conflicts: int = 0


def by_group(frames: Sequence[Frame]) -> dict[tuple[int, int], list[Frame]]:
    """Frames by (group, block), in the order given."""
    parts: dict[tuple[int, int], list[Frame]] = {}
    for frame in frames:
        parts.setdefault((frame.group_id, frame.since // BLOCK), []).append(frame)
    return parts


def assemble(
    frames: Sequence[Frame], wanted: NDArray[np.int64] | None = None, *, with_seq: bool = False
) -> Assembled:
    """The samples of whole frames of one group and block, oldest write first, of the `wanted` series."""
    turned = _turned(frames, wanted, with_seq=with_seq)
    block = frames[0].since // BLOCK
    return Assembled(block, turned) if turned is not None else _sorted(frames, wanted, block)


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """The frames (their rows in the matrix) that hold these series in this order.

    `at` is in ms since the block began, frames x series, or frames x 1 where all are of one instant.
    """

    ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    at: NDArray[np.int32]
    value: NDArray[np.float64]


def _turned(
    frames: Sequence[Frame], wanted: NDArray[np.int64] | None, *, with_seq: bool
) -> Runs | None:
    """None where a frame holds a series twice or a series' times do not increase from frame to frame."""
    ordered = sorted(frames, key=lambda frame: frame.since)
    begin = ordered[0].since // BLOCK * BLOCK
    layouts = _layouts(ordered, begin)
    if not all((layout.ids[1:] > layout.ids[:-1]).all() for layout in layouts):
        return None
    ids, at, value, mask = _filled(layouts, len(frames), wanted)
    if mask is None:
        count = np.full(ids.size, len(frames))
        after, flat_value = at.T.reshape(-1), value.T.reshape(-1)
    else:
        count = mask.sum(axis=1)
        after, flat_value = at.T[mask], value.T[mask]
    start = np.cumsum(count) - count
    later = after[1:] > after[:-1]
    later[start[(start > 0) & (start < after.size)] - 1] = True
    if not later.all():
        return None
    seq = _seqs(ordered, ids, mask) if with_seq else None
    return Runs(ids, start, count, after + np.int64(begin), flat_value, seq)


def _layouts(frames: Sequence[Frame], begin: int) -> list[_Layout]:
    kinds: dict[tuple[bytes, bool], list[int]] = {}
    for row, frame in enumerate(frames):
        kinds.setdefault((frame.series_ids, frame.at is None), []).append(row)
    return [_layout(frames, series_ids, rows, begin) for (series_ids, _), rows in kinds.items()]


def _layout(frames: Sequence[Frame], series_ids: bytes, rows: list[int], begin: int) -> _Layout:
    ids = np.frombuffer(series_ids, "<i4").astype(np.int64)
    shape = (len(rows), ids.size)
    value = np.frombuffer(b"".join([frames[row].value for row in rows]), "<f8").reshape(shape)
    at = np.array([frames[row].since - begin for row in rows], np.int32)[:, None]
    if frames[rows[0]].at is not None:
        after = np.frombuffer(b"".join([frames[row].at or b"" for row in rows]), "<i4")
        at = at + after.reshape(shape)
    return _Layout(ids, np.array(rows), at, value)


def _filled(
    layouts: list[_Layout], frames: int, wanted: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.bool_] | None]:
    """All layouts in one matrix of frames x series; the mask (series x frames) is None where it is full."""
    ids = layouts[0].ids
    if len(layouts) > 1:
        ids = np.unique(np.concatenate([layout.ids for layout in layouts]))
    if wanted is not None and not (mine := np.isin(ids, wanted)).all():
        ids = ids[mine]
    shape = (frames, ids.size)
    if len(layouts) == 1 and ids.size == layouts[0].ids.size:
        return ids, np.broadcast_to(layouts[0].at, shape), layouts[0].value, None
    at, value = np.empty(shape, np.int32), np.empty(shape)
    mask = np.zeros(shape, np.bool_)
    for layout in layouts:
        if np.array_equal(layout.ids, ids):
            at[layout.rows], value[layout.rows], mask[layout.rows] = layout.at, layout.value, True
        else:
            _place(layout, ids, at, value, mask)
    return ids, at, value, None if mask.all() else mask.T


def _place(
    layout: _Layout,
    ids: NDArray[np.int64],
    at: NDArray[np.int32],
    value: NDArray[np.float64],
    mask: NDArray[np.bool_],
) -> None:
    """Enter a layout that holds other series than `ids`."""
    kept = np.isin(layout.ids, ids)
    columns = np.searchsorted(ids, layout.ids[kept])
    cells = layout.rows[:, None], columns[None, :]
    value[cells], mask[cells] = layout.value[:, kept], True
    at[cells] = layout.at if layout.at.shape[1] == 1 else layout.at[:, kept]


def _seqs(
    frames: Sequence[Frame], ids: NDArray[np.int64], present: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    seqs = np.broadcast_to(np.array([frame.seq for frame in frames]), (ids.size, len(frames)))
    return seqs.reshape(-1) if present is None else seqs[present]


def _sorted(frames: Sequence[Frame], wanted: NDArray[np.int64] | None, block: int) -> Assembled:
    """Any frames: sorted by series and time, of each instant the sample written last."""
    parts = [columns_of(frame) for frame in frames]
    rows = Columns.concat(parts)
    seq = np.repeat([frame.seq for frame in frames], [part.ids.size for part in parts])
    if wanted is not None:
        kept = np.isin(rows.ids, wanted)
        rows, seq = rows.take(kept), seq[kept]
    order = np.lexsort((rows.at, rows.ids))  # stable: among equals the later write is last
    rows, seq = rows.take(order), seq[order]
    again = (np.diff(rows.ids) == 0) & (np.diff(rows.at) == 0)
    bits = rows.value.view(np.int64)
    conflicts = int((again & (bits[1:] != bits[:-1])).sum())
    last = np.append(~again, np.ones(min(rows.ids.size, 1), np.bool_))
    rows, seq = rows.take(last), seq[last]
    start, count = lengths(rows.ids)
    runs = Runs(rows.ids[start], start, count, rows.at, rows.value, seq)
    return Assembled(block, runs, int(again.sum()) - conflicts, conflicts)
