"""What came out, a row for each of the file's rows and in their order."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detectors.base import Floats
from reinfra.batch.score.grids import Placed
from reinfra.batch.score.judged import Judged
from reinfra.batch.score.sheet import Sheet

_OF: dict[str, Callable[[Judged], Floats]] = {
    "value": lambda one: one.block.values,
    "score": lambda one: one.scores.values,
    "expected": lambda one: one.scores.expected,
    "lower": lambda one: one.lower,
    "upper": lambda one: one.upper,
}


def table(
    sheet: Sheet, parts: Sequence[tuple[Placed, Judged]], alerts: NDArray[np.intp] | None = None
) -> pa.Table:
    """Columns series, time (as the file writes it), value, score, expected, lower, upper, anomaly.

    Stream mode adds `score_now`, several channels add `channel`, the one that is strangest. NaN is "not
    scored" or "nothing expected"; `anomaly` is then False. `alerts` are the rows of the column `alert` that
    are True, where there is one.
    """
    columns: dict[str, pa.Array] = {"series": _names(sheet), "time": _times(sheet)}
    for name, array in _OF.items():
        columns[name] = pa.array(_gathered(sheet, [(p, array(j)) for p, j in parts]))
    flagged = _gathered(sheet, [(p, j.anomaly.astype(float)) for p, j in parts])
    columns["anomaly"] = pa.array(np.nan_to_num(flagged).astype(np.bool_))
    if alerts is not None:
        sent = np.zeros(sheet.series.size, np.bool_)
        sent[alerts] = True
        columns["alert"] = pa.array(sent)
    if all(judged.now is not None for _, judged in parts):
        now = [(p, j.now) for p, j in parts if j.now is not None]
        columns["score_now"] = pa.array(_gathered(sheet, now))
    if len(sheet.channels) > 1:
        place = _gathered(sheet, [(p, j.channel.astype(float)) for p, j in parts])
        indices = pa.array(place.astype(np.int32))
        columns["channel"] = pa.DictionaryArray.from_arrays(indices, pa.array(sheet.channels))
    return pa.table(columns)


def _gathered(sheet: Sheet, parts: Sequence[tuple[Placed, Floats]]) -> Floats:
    found = np.full(sheet.series.size, np.nan)
    for placed, array in parts:
        for place, (rows, cells) in enumerate(zip(placed.rows, placed.cells, strict=True)):
            found[rows] = array[place, cells]
    return found


def _names(sheet: Sheet) -> pa.Array:
    indices: NDArray[np.int32] = sheet.series.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(sheet.names, pa.string()))


def _times(sheet: Sheet) -> pa.ChunkedArray:
    copies = sheet.series.size // len(sheet.time)
    return pa.chunked_array(sheet.time.chunks * copies)
