"""Rows as samples: a column per series (wide), or a row per sample (long)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from collectors.files.keys import Keys, Labelled
from collectors.files.numbers import GIVEN, WRONG, read_numbers
from collectors.files.refusals import Refusals
from collectors.files.rows import Record, Rows, flat
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
    times = [_time_name(record, settings) for record in rows.records]
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
    times = [_time_name(record, settings) for record in rows.records]
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


def _time_name(record: Record, settings: FilesSource) -> str:
    if settings.time:
        return settings.time
    by_lower = {name.lower(): name for name in reversed(record)}
    return next((by_lower[usual] for usual in TIME_NAMES if usual in by_lower), "")


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
    index: dict[SeriesKey, int] = {}
    chosen, series = [], []
    for row in np.flatnonzero(timed & (state == GIVEN)).tolist():
        if wrong := _wrong(cells, row):
            refusals.add(wrong, cells.line[row], cells.name[row])
            continue
        found = keys.find(cells.name[row], cells.unit[row], cells.labelled[row])
        if isinstance(found, str):
            refusals.add(_NO_FACTOR, cells.line[row], f"{cells.name[row]}: {found}")
            continue
        value[row] *= found.factor
        chosen.append(row)
        series.append(index.setdefault(found.key, len(index)))
    columns = np.array(series, np.int32), cells.at[chosen], value[chosen]
    return _once(Batch(tuple(index), *columns), [cells.line[row] for row in chosen], refusals)


def _wrong(cells: Cells, row: int) -> str:
    if not cells.name[row]:
        return "a metric without a name"
    if any(len(part) > MAX_LABEL for part in (cells.name[row], *cells.labelled[row])):
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
