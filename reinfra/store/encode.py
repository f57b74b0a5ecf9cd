"""Sorted samples to the rows of sealed chunks."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reinfra.store.codec import checksum, pack, time_id
from reinfra.store.columns import Runs


@dataclass(slots=True)
class Rows:
    """Chunks of some groups, the time vectors they name, and the groups' rollups."""

    chunks: list[dict[str, Any]] = field(default_factory=list)
    times: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    rollups: list[dict[str, Any]] = field(default_factory=list)

    def add(self, block: int, runs: Runs, seq: int) -> None:
        """The chunks of these runs, all of one block, with every frame up to `seq` in them."""
        numbers = _numbers(runs)
        ends = (runs.start + runs.count).tolist()
        known: dict[bytes, int] = {}
        for i, (id_, start, end) in enumerate(
            zip(runs.ids.tolist(), runs.start.tolist(), ends, strict=True)
        ):
            value = pack(runs.value[start:end])
            row = {name: column[i] for name, column in numbers.items()}
            row |= {"block": block, "series_id": id_, "seq": seq, "count": end - start}
            row |= {"time_id": self._time(block, runs.at[start:end], known)}
            self.chunks.append(row | {"value": value, "crc": checksum(value)})

    def _time(self, block: int, at: NDArray[np.int64], known: dict[bytes, int]) -> int:
        name = known.setdefault(at.tobytes(), 0) or time_id(at)
        known[at.tobytes()] = name
        if (block, name) not in self.times:
            data = pack(at)
            self.times[block, name] = {
                "block": block,
                "id": name,
                "count": at.size,
                "since": int(at[0]),
                "until": int(at[-1]),
                "data": data,
                "crc": checksum(data),
            }
        return name


def _numbers(runs: Runs) -> dict[str, list[float | int | None]]:
    """Lowest, highest, sum and decreases of each run's finite values."""
    start, value = runs.start, runs.value
    finite = np.isfinite(value)
    clean = finite.all()
    safe = value if clean else np.where(finite, value, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduceat(safe, start)
        low = np.fmin.reduceat(value if clean else np.where(finite, value, np.nan), start)
        high = np.fmax.reduceat(value if clean else np.where(finite, value, np.nan), start)
        fell = np.diff(value, prepend=value[:1]) < 0
    fell[start] = False
    total[np.isnan(low)] = np.nan
    return {
        "total": _or_null(total),
        "low": _or_null(low),
        "high": _or_null(high),
        "last": _or_null(value[start + runs.count - 1]),
        "resets": np.add.reduceat(fell.astype(np.int64), start).tolist(),
    }


def _or_null(numbers: NDArray[np.float64]) -> list[float | int | None]:
    finite = np.isfinite(numbers).tolist()
    return [one if good else None for one, good in zip(numbers.tolist(), finite, strict=True)]


_PAGE = 16_384 - 64  # of SQLite, without its header
_ROW = 100  # bytes of a chunk's row beside its values


def packed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows in an order that fills SQLite's pages: the largest first, each where it fits first.

    A page takes rows as they come and stays as it is when the next one does not fit, which left 13% empty.
    """
    pages: list[list[dict[str, Any]]] = []
    free: list[int] = []
    for row in sorted(rows, key=lambda row: -len(row["value"])):
        size = len(row["value"]) + _ROW
        page = next((i for i, left in enumerate(free) if left >= size), len(pages))
        if page == len(pages):
            pages.append([])
            free.append(_PAGE)
        pages[page].append(row)
        free[page] -= size
    return [row for page in pages for row in page]
