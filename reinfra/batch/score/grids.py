"""A sheet's series on grids of one step each, put together so that little of a block is empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reinfra.batch.score.sheet import Sheet
from reinfra.model import MINUTE, InputError, SeriesBlock, SeriesKey

MAX_CELLS = 20_000_000
"""Cells of one series' grid: a file whose times are few and far apart must not fill the memory."""

_BLOCK_CELLS = 4_000_000
_WASTE = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Series on one grid: the block's row `place * channels + channel` is a channel of `series[place]`.

    The sheet's rows `rows[place]`, in its order, are in the grid's columns `cells[place]`; of rows in one
    cell the latest is the sample.
    """

    block: SeriesBlock
    series: tuple[int, ...]
    rows: tuple[NDArray[np.intp], ...]
    cells: tuple[NDArray[np.intp], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Span:
    """One series' rows, and the grid that they need."""

    series: int
    rows: NDArray[np.intp]
    step: int
    first: int
    last: int

    @property
    def size(self) -> int:
        return (self.last - self.first) // self.step + 1


def place(sheet: Sheet, path: Path) -> list[Placed]:
    """Every series of the sheet. Raises InputError where there is no step, or too many of them."""
    spans = _spans(sheet)
    if not any(span.step for span in spans):
        why = "two different times of one series are needed"
        raise InputError("too few samples", where=str(path), why=why)
    usual = int(np.median([span.step for span in spans if span.step]))
    known = [
        _Span(span.series, span.rows, span.step or usual, span.first, span.last) for span in spans
    ]
    for span in known:
        if span.size * len(sheet.channels) > MAX_CELLS:
            unit = "minutes" if sheet.counted else "ms"
            apart = span.step // MINUTE if sheet.counted else span.step
            why = f"most are {apart} {unit} apart, some years"
            raise InputError("the times are too far apart", where=str(path), why=why)
    return [_placed(sheet, group) for group in _groups(known, len(sheet.channels))]


def _spans(sheet: Sheet) -> list[_Span]:
    """By series; step 0 where all rows have one time."""
    order = np.argsort(sheet.series, kind="stable")
    counts = np.bincount(sheet.series, minlength=len(sheet.names))
    parts = np.split(order, np.cumsum(counts)[:-1])
    found = []
    for series, rows in enumerate(parts):
        if rows.size:
            times = np.unique(sheet.at[rows])
            step = int(np.median(np.diff(times))) if times.size > 1 else 0
            found.append(_Span(series, rows, step, int(times[0]), int(times[-1])))
    return found


def _groups(spans: list[_Span], channels: int) -> Iterator[list[_Span]]:
    """Series of one step that cover about the same time, longest first."""
    group: list[_Span] = []
    for span in sorted(spans, key=lambda one: (one.step, one.first, -one.size)):
        if group and not _fits([*group, span], channels):
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _fits(group: list[_Span], channels: int) -> bool:
    step = group[0].step
    width = (max(one.last for one in group) - min(one.first for one in group)) // step + 1
    cells, used = width * len(group), sum(one.size for one in group)
    return group[-1].step == step and cells <= _WASTE * used and cells * channels <= _BLOCK_CELLS


def _placed(sheet: Sheet, group: list[_Span]) -> Placed:
    step, first = group[0].step, min(span.first for span in group)
    width = (max(span.last for span in group) - first + step // 2) // step + 1
    channels = len(sheet.channels)
    values = np.full((len(group), channels, width), np.nan)
    mask = np.zeros(values.shape, np.bool_)
    cells = []
    for to, there, span in zip(values, mask, group, strict=True):
        cell = (sheet.at[span.rows] - first + step // 2) // step
        cells.append(cell)
        late = np.argsort(sheet.at[span.rows], kind="stable")
        for channel in range(channels):
            kept = late[sheet.present[channel, span.rows[late]]]
            to[channel, cell[kept]] = sheet.values[channel, span.rows[kept]]
            there[channel, cell[kept]] = True
    keys = tuple(_key(sheet, span.series, name) for span in group for name in sheet.channels)
    flat = (len(group) * channels, width)
    at = first + step * np.arange(width, dtype=np.int64)
    block = SeriesBlock(keys, at, values.reshape(flat), mask.reshape(flat), step)
    series, rows = tuple(span.series for span in group), tuple(span.rows for span in group)
    return Placed(block, series, rows, tuple(cells))


def _key(sheet: Sheet, series: int, channel: str) -> SeriesKey:
    """The column is the metric, the name of the series its label; of a column of its own, the metric."""
    name = sheet.names[series]
    return SeriesKey.of(channel, {"series": name}) if channel else SeriesKey.of(name, {})
