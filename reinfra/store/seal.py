"""Sealing: hot frames of blocks that are over become chunks, in transactions short enough to write beside.

A crash at any point loses nothing and doubles nothing: chunks are written before their frames go, and a
chunk says up to which frame it holds everything, so that readers see through the overlap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, select

from reinfra.model import MINUTE
from reinfra.store import chunks, frames, notes
from reinfra.store.assemble import Assembled, assemble
from reinfra.store.codec import DamagedError
from reinfra.store.columns import BLOCK, Runs
from reinfra.store.encode import Rows, packed
from reinfra.store.frames import Frame
from reinfra.store.gather import Key, Piece, merged, sealed_pieces
from reinfra.store.lock import claimed, one_of_many
from reinfra.store.quarantine import set_aside
from reinfra.store.rollups import rolled
from reinfra.store.store import Store
from reinfra.store.tables import chunk, hot_frame, rollup, time_vector
from reinfra.store.upsert import upsert
from reinfra.store.write_lock import await_writers

GRACE = 5 * MINUTE
"""A block is sealed this long after its end, so that stragglers are in it."""
UPKEEP = "upkeep"
"""The lock of whoever seals, retains or moves: one process at a time."""
_CHUNKS = 256  # written in one transaction
_FRAMES = 500  # deleted in one transaction


@dataclass(slots=True)
class Sealed:
    """What one run did. `damaged` frames and chunks could not be read, and were set aside or left."""

    blocks: int = 0
    chunks: int = 0
    samples: int = 0
    frames: int = 0
    repeats: int = 0
    conflicts: int = 0
    damaged: int = 0


def seal(store: Store, *, everything: bool = False) -> Sealed:
    """Seal every block that is over (`everything`: the current one too).

    On PostgreSQL several processes may do so at once, each on groups of its own. Raises LockedError while
    another process retains, moves or, on SQLite, seals.
    """
    with one_of_many(store.engine, UPKEEP):
        return Sealer(store, everything=everything).run()


@dataclass(slots=True)
class Sealer:
    """One run over all blocks that are due."""

    store: Store
    everything: bool = False
    done: Sealed = field(default_factory=Sealed)

    def run(self) -> Sealed:
        with self.store.writing() as connection:
            await_writers(connection)
            notes.note_all(connection)
            upto = connection.execute(select(func.max(hot_frame.c.seq))).scalar() or 0
        with self.store.reading() as connection:
            due = self._due(connection, upto)
        if self.store.engine.dialect.name == "postgresql":
            self._beside_others(due, upto)
        else:
            for block, groups in sorted(due.items()):
                self._block(block, groups, upto)
        return self.done

    def _beside_others(self, due: dict[int, set[int]], upto: int) -> None:
        """A transaction for each group of a block; a group that another sealer is at is left to it."""
        for block, groups in sorted(due.items()):
            for group in sorted(groups):
                with self.store.writing() as connection:
                    if not claimed(connection, group):
                        continue
                    rows = Rows()
                    seqs = self._encoded(rows, block, group, upto)
                    if seqs:
                        self._write_times(rows)
                        self._write_chunks(connection, rows)
                        self._forget(connection, seqs)
            self.done.blocks += 1

    def _due(self, connection: Connection, upto: int) -> dict[int, set[int]]:
        """The groups that have frames, by block."""
        c = hot_frame.c
        number = c.since // BLOCK
        query = select(number, c.group_id).where(c.seq <= upto).distinct()
        now = self.store.clock()
        due: dict[int, set[int]] = {}
        for found, group in connection.execute(query).all():
            if self.everything or (found + 1) * BLOCK + GRACE <= now:
                due.setdefault(found, set()).add(group)
        return due

    def _block(self, block: int, groups: Iterable[int], upto: int) -> None:
        sealed: list[int] = []
        rows = Rows()
        for group in sorted(groups):
            sealed += self._encoded(rows, block, group, upto)
            if len(rows.chunks) >= _CHUNKS:
                self._write(rows)
                rows = Rows()
        self._write(rows)
        for seqs in _slices(sorted(sealed)):
            with self.store.writing() as connection:
                self._forget(connection, seqs)
        self.done.blocks += 1

    def _encoded(self, rows: Rows, block: int, group: int, upto: int) -> list[int]:
        """Add the chunks and rollups of one group to `rows`, and return the frames that are in them."""
        whole = self._frames(block, group, upto)
        if whole:
            made = assemble(whole, with_seq=True)
            self.done.repeats += made.repeats
            self.done.conflicts += made.conflicts
            runs = self._with_chunks(made)
            rows.add(block, runs, upto)
            rows.rollups += rolled(self.store, block, group, runs)
        return [frame.seq for frame in whole]

    def _frames(self, block: int, group: int, upto: int) -> list[Frame]:
        since = block * BLOCK
        with self.store.reading() as connection:
            found = frames.load(connection, [group], since, since + BLOCK)
        found = [frame for frame in found if frame.seq <= upto]
        whole = [frame for frame in found if frame.whole]
        self.done.damaged += len(found) - len(whole)  # left where they are, for `check` to name
        return whole

    def _with_chunks(self, made: Assembled) -> Runs:
        """The runs merged with what was sealed of their series before."""
        with self.store.reading() as connection:
            loaded = chunks.load(connection, [made.block], made.runs.ids)
        if not loaded.chunks:
            return made.runs
        pieces, damaged = sealed_pieces(loaded)
        for key in damaged:
            self._quarantine(key)
        runs = made.runs
        ends = (runs.start + runs.count).tolist()
        joined = []
        for id_, start, end in zip(runs.ids.tolist(), runs.start.tolist(), ends, strict=True):
            seq = None if runs.seq is None else runs.seq[start:end]
            joined.append(
                self._joined(
                    (id_, made.block),
                    Piece(runs.at[start:end], runs.value[start:end], seq),
                    pieces,
                )
            )
        return _runs(runs, joined)

    def _joined(self, key: Key, hot: Piece, pieces: dict[Key, Piece]) -> Piece:
        if key not in pieces:
            return hot
        try:
            return merged(pieces[key], hot)
        except DamagedError:
            self._quarantine(key)
            return hot

    def _quarantine(self, key: Key) -> None:
        self.done.damaged += 1
        with self.store.writing() as connection:
            set_aside(connection, key, self.store.clock())

    def _write(self, rows: Rows) -> None:
        if rows.chunks:
            rows.chunks = packed(rows.chunks)
            self._write_times(rows)
            with self.store.writing() as connection:
                self._write_chunks(connection, rows)

    def _write_times(self, rows: Rows) -> None:
        """On their own and in one order: groups share them, and their sealers must not wait for each other."""
        with self.store.writing() as connection:
            upsert(connection, time_vector, [rows.times[name] for name in sorted(rows.times)])

    def _write_chunks(self, connection: Connection, rows: Rows) -> None:
        upsert(connection, chunk, rows.chunks)
        upsert(connection, rollup, rows.rollups)
        self.done.chunks += len(rows.chunks)
        self.done.samples += sum(row["count"] for row in rows.chunks)

    def _forget(self, connection: Connection, seqs: list[int]) -> None:
        """Delete frames that are in chunks."""
        connection.execute(_FORGET, {"seqs": seqs})
        self.done.frames += len(seqs)


_FORGET = delete(hot_frame).where(
    hot_frame.c.seq.in_(bindparam("seqs", expanding=True, literal_execute=True))
)


def _slices(seqs: list[int]) -> Iterator[list[int]]:
    """By age and not by group: frames of one age lie on neighbouring pages."""
    for start in range(0, len(seqs), _FRAMES):
        yield seqs[start : start + _FRAMES]


def _runs(like: Runs, pieces: list[Piece]) -> Runs:
    count = np.array([piece.at.size for piece in pieces], np.int64)
    return Runs(
        like.ids,
        np.cumsum(count) - count,
        count,
        np.concatenate([piece.at for piece in pieces]),
        np.concatenate([np.asarray(piece.value) for piece in pieces]),
    )
