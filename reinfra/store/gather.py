"""Chunks and hot frames read as one: the samples of each series, of each instant the last write only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reinfra.store.assemble import assemble, by_group
from reinfra.store.chunks import Chunk, Loaded, times_of, values_of
from reinfra.store.codec import DamagedError, checksum, unpack_into
from reinfra.store.columns import BLOCK, GROUP, Runs
from reinfra.store.frames import Frame

Key = tuple[int, int]
"""A series id and a block."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The samples of series i are `[start[i], start[i] + count[i])`, by increasing time.

    `damaged` chunks and frames could not be read and are missing from it.
    """

    start: NDArray[np.int64]
    count: NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    damaged: int


class Piece(NamedTuple):
    """What one series has in one block; a chunk is decoded when it is known where to."""

    at: NDArray[np.int64]
    value: NDArray[np.float64] | Chunk
    seq: NDArray[np.int64] | None = None
    offset: int = 0  # of at[0] among the chunk's samples


def gather(
    frames: Sequence[Frame], loaded: Loaded, ids: NDArray[np.int64], since: int, until: int
) -> Gathered:
    """The samples in [since, until), of series `ids[i]` at place i."""
    sealed, lost = sealed_pieces(loaded)
    hot, damaged = _hot(frames, ids, sealed)
    damaged += len(lost)
    for key in hot.keys() & sealed.keys():
        try:
            hot[key] = merged(sealed[key], hot[key])
        except DamagedError:
            damaged += 1
        del sealed[key]
    pieces = sorted((sealed | hot).items())
    edges = {side // BLOCK for side in (since, until) if side % BLOCK}
    if edges:
        pieces = [
            (key, _trimmed(piece, since, until) if key[1] in edges else piece)
            for key, piece in pieces
        ]
    return _joined(pieces, ids, damaged)


def merged(sealed: Piece, hot: Piece) -> Piece:
    """One piece of both. A frame that the chunk already holds loses to it, a later one wins. Decodes."""
    one = sealed.value
    old = values_of(one) if isinstance(one, Chunk) else one
    bound = one.seq if isinstance(one, Chunk) else 0
    at = np.concatenate([sealed.at, hot.at])
    seq = np.concatenate([np.full(old.size, bound), hot.seq if hot.seq is not None else hot.at])
    value = np.concatenate([old, np.asarray(hot.value)])
    chunk_last = np.arange(at.size) < old.size  # on equal seq: the frame is in the chunk already
    order = np.lexsort((chunk_last, seq, at))
    at, value = at[order], value[order]
    last = np.append(np.diff(at) > 0, np.ones(1, np.bool_))
    return Piece(at[last], value[last])


def sealed_pieces(loaded: Loaded) -> tuple[dict[Key, Piece], list[Key]]:
    """Chunks whose bytes are those that were written, and the names of those whose are not."""
    times: dict[Key, NDArray[np.int64] | None] = {}
    for name, row in loaded.times.items():
        try:
            times[name] = times_of(row)
        except DamagedError:
            times[name] = None
    pieces, damaged = {}, []
    for one in loaded.chunks:
        at = times.get((one.block, one.time_id))
        if at is not None and at.size == one.samples and checksum(one.value) == one.crc:
            pieces[one.series_id, one.block] = Piece(at, one)
        else:
            damaged.append((one.series_id, one.block))
    return pieces, damaged


def _hot(
    frames: Sequence[Frame], ids: NDArray[np.int64], sealed: Iterable[Key]
) -> tuple[dict[Key, Piece], int]:
    """The frames' samples by series and block, and how many frames are damaged."""
    whole = [frame for frame in frames if frame.whole]
    both = {(id_ // GROUP, block) for id_, block in sealed}
    pieces: dict[Key, Piece] = {}
    for name, part in by_group(whole).items():
        wanted = ids[ids // GROUP == name[0]]
        every = wanted.size == GROUP
        made = assemble(part, None if every else wanted, with_seq=name in both)
        pieces.update(_pieces(made.runs, made.block))
    return pieces, len(frames) - len(whole)


def _pieces(runs: Runs, block: int) -> Iterable[tuple[Key, Piece]]:
    ends = (runs.start + runs.count).tolist()
    for id_, start, end in zip(runs.ids.tolist(), runs.start.tolist(), ends, strict=True):
        seq = None if runs.seq is None else runs.seq[start:end]
        yield (id_, block), Piece(runs.at[start:end], runs.value[start:end], seq)


def _trimmed(piece: Piece, since: int, until: int) -> Piece:
    low, high = int(piece.at.searchsorted(since)), int(piece.at.searchsorted(until))
    if isinstance(piece.value, Chunk):
        return Piece(piece.at[low:high], piece.value, None, low)
    return Piece(piece.at[low:high], piece.value[low:high])


def _joined(pieces: list[tuple[Key, Piece]], ids: NDArray[np.int64], damaged: int) -> Gathered:
    """All pieces, sorted by series and block, in two columns."""
    sizes = np.array([piece.at.size for _, piece in pieces], np.int64)
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if ends.size else 0
    at, value = np.empty(total, np.int64), np.empty(total)
    failed = []
    for (_, piece), start, end in zip(pieces, (ends - sizes).tolist(), ends.tolist(), strict=True):
        at[start:end] = piece.at
        try:
            _fill(piece, value[start:end])
        except DamagedError:
            failed.append(piece)
    if failed:
        kept = [item for item in pieces if not any(item[1] is bad for bad in failed)]
        return _joined(kept, ids, damaged + len(failed))
    owner = np.array([key[0] for key, _ in pieces], np.int64)
    low = np.searchsorted(owner, ids)
    high = np.searchsorted(owner, ids, side="right")
    edge = np.append(ends - sizes, total)
    return Gathered(edge[low], edge[high] - edge[low], at, value, damaged)


def _fill(piece: Piece, out: NDArray[np.float64]) -> None:
    if not isinstance(piece.value, Chunk):
        out[:] = piece.value
    elif piece.value.samples == out.size:
        unpack_into(piece.value.value, out)
    elif out.size:
        out[:] = values_of(piece.value)[piece.offset : piece.offset + out.size]
