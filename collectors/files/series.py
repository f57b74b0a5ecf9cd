"""Rows as samples: a column per series (wide), or a row per sample (long)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from collectors.files.keys import Keys, Labelled
from collectors.files.numbers import GIVEN, WRONG, read_numbers
from collectors.files.refusals import Refusals
from collectors.files.rows import Rows, flat
from collectors.files.times import NO_TIME, Instants, Times
from reinfra.config.sources.files import FilesSource
from reinfra.model import Batch, SeriesKey

TIME_NAMES = ("timestamp", "time", "at", "ds", "datetime", "date")
MAX_LABEL = 1_000

_NO_NUMBER = "a value that is no number"
_NO_FACTOR = "a unit that no fixed factor connects with the signal's"
_REPEATED = "two values of one series at one time: the later row's is kept"
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Cells:
    """One value per sample, of the series that `name`, `unit` and `labelled` mean."""

    name: Sequence[str]
    unit: Sequence[str]
    labelled: Sequence[Labelled]
    at: Instants
    line: Sequence[int]
    value: Sequence[object]


def wide(rows: Rows, settings: FilesSource, keys: Keys, refusals: Refusals) -> Batch:
    """Each column that is neither the time nor a label is a series."""
    rows = flat(rows)
    times = _time_names(rows, settings)
    at, labelled = _at(rows, times, settings, refusals), _labels(rows, settings)
    others = {*times, *settings.label_columns}
    names = [*settings.measured] or [name for name in _names(rows) if name not in others]
    parts = [_column(name, rows, at, labelled) for name in names]
    return Batch.concat([_samples(part, settings, keys, refusals) for part in parts])


def long(rows: Rows, settings: FilesSource, keys: Keys, refusals: Refusals) -> Batch:
    """A metric column, a value column; with `measured`, other metrics are not meant to be read."""
    rows = flat(rows)
    if settings.measured:
        kept = [
            row
            for row, record in enumerate(rows.records)
            if text(record.get(settings.metric)) in settings.measured
        ]
        rows = Rows([rows.records[row] for row in kept], [rows.line[row] for row in kept])
    times = _time_names(rows, settings)
    cells = Cells(
        [text(record.get(settings.metric)) for record in rows.records],
        [text(record.get(settings.unit)) if settings.unit else "" for record in rows.records],
        _labels(rows, settings),
        _at(rows, times, settings, refusals),
        rows.line,
        [record.get(settings.value, _MISSING) for record in rows.records],
    )
    return _samples(cells, settings, keys, refusals)


Layout = Callable[[Rows, FilesSource, Keys, Refusals], Batch]
LAYOUTS: dict[str, Layout] = {"wide": wide, "long": long}


def text(cell: object) -> str:
    """A cell as the text of a name or a label."""
    if cell is None:
        return ""
    return cell.strip() if isinstance(cell, str) else str(cell)


def _time_names(rows: Rows, settings: FilesSource) -> list[str]:
    """The field that is each record's time, "" where none is."""
    if settings.time:
        return [settings.time] * len(rows)
    known: dict[tuple[str, ...], str] = {}
    names = []
    for record in rows.records:
        fields = tuple(record)
        if fields not in known:
            by_lower = {name.lower(): name for name in reversed(fields)}
            usual = (by_lower[name] for name in TIME_NAMES if name in by_lower)
            known[fields] = next(usual, "")
        names.append(known[fields])
    return names


def _at(rows: Rows, times: list[str], settings: FilesSource, refusals: Refusals) -> Instants:
    cells = [record.get(name) for record, name in zip(rows.records, times, strict=True)]
    reader = Times(settings.time_format, settings.zone, settings.ambiguous)
    return reader.read(cells, rows.line, refusals)


def _labels(rows: Rows, settings: FilesSource) -> list[Labelled]:
    names = settings.label_columns
    return [tuple(text(record.get(name)) for name in names) for record in rows.records]


def _names(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for record in rows.records for name in record))


def _column(name: str, rows: Rows, at: Instants, labelled: list[Labelled]) -> Cells:
    count = len(rows)
    values = [record.get(name) for record in rows.records]
    return Cells([name] * count, [""] * count, labelled, at, rows.line, values)


def _samples(cells: Cells, settings: FilesSource, keys: Keys, refusals: Refusals) -> Batch:
    value, state = read_numbers(cells.value, settings.empty)
    timed = cells.at != NO_TIME
    for row in np.flatnonzero(timed & (state == WRONG)).tolist():
        cell = cells.value[row]
        shown = f"no field {settings.value}" if cell is _MISSING else f"{cells.name[row]} {cell}"
        refusals.add(_NO_NUMBER, cells.line[row], shown)
    rows = np.flatnonzero(timed & (state == GIVEN))
    names = _Names(keys, refusals)
    number = np.array([names.number(cells, row) for row in rows.tolist()], np.int32)
    rows, number = rows[number >= 0], number[number >= 0]
    series, factor = np.array(names.series, np.int32), np.array(names.factor)
    scaled = value[rows] * factor[number] if rows.size else value[rows]
    batch = Batch(tuple(names.index), series[number], cells.at[rows], scaled)
    return _once(batch, [cells.line[row] for row in rows.tolist()], refusals)


@dataclass(slots=True)
class _Names:
    """What rows call series, numbered: two units of one name are one series with two factors."""

    keys: Keys
    refusals: Refusals
    index: dict[SeriesKey, int] = field(default_factory=dict)
    series: list[int] = field(default_factory=list)
    factor: list[float] = field(default_factory=list)
    known: dict[tuple[str, str, Labelled], int] = field(default_factory=dict)

    def number(self, cells: Cells, row: int) -> int:
        """-1 for a row that is refused."""
        named = cells.name[row], cells.unit[row], cells.labelled[row]
        known = self.known.get(named)
        if known is not None:
            return known
        if wrong := _wrong(*named):
            self.refusals.add(wrong, cells.line[row], cells.name[row])
            return -1
        found = self.keys.find(*named)
        if isinstance(found, str):
            self.refusals.add(_NO_FACTOR, cells.line[row], f"{cells.name[row]}: {found}")
            return -1
        self.series.append(self.index.setdefault(found.key, len(self.index)))
        self.factor.append(found.factor)
        self.known[named] = len(self.series) - 1
        return self.known[named]


def _wrong(name: str, unit: str, labelled: Labelled) -> str:
    if not name:
        return "a metric without a name"
    if any(len(part) > MAX_LABEL for part in (name, unit, *labelled)):
        return f"a name or label longer than {MAX_LABEL:,} characters"
    return ""


def _once(batch: Batch, line: list[int], refusals: Refusals) -> Batch:
    """Of samples of one series at one time the last."""
    order = np.lexsort((np.arange(len(batch)), batch.at, batch.series))
    series, at = batch.series[order], batch.at[order]
    repeated = (series[1:] == series[:-1]) & (at[1:] == at[:-1])
    if not repeated.any():
        return batch
    lost = order[:-1][repeated]
    refusals.add(_REPEATED, line[int(lost.min())], count=int(lost.size))
    left = np.sort(np.setdiff1d(order, lost))
    return Batch(batch.keys, batch.series[left], batch.at[left], batch.value[left])
