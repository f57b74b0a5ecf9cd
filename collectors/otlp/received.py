"""What a request amounts to, and the batch of its samples."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collectors.otlp.complaints import Complaints
from collectors.otlp.points import Columns
from collectors.otlp.series import Series
from reinfra.model import Batch, Report

TWICE = "samples of a series and instant that came again with another value; the last was kept"


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """Ready to be delivered; `safe` is called once all of it is. `items` counts what the request had."""

    batch: Batch = field(default_factory=Batch.empty)
    report: Report = field(default_factory=Report)
    complaints: Complaints = field(default_factory=Complaints)
    items: int = 0
    safe: Callable[[], None] = lambda: None


def batch_of(columns: Columns, series: Series, complaints: Complaints) -> Batch:
    """The samples as a batch: one per series and instant. An infinity is a NaN: no sensible value."""
    if not len(columns):
        return Batch.empty()
    value = np.where(np.isinf(columns.value), np.nan, columns.value)
    columns = Columns(columns.series, columns.at, columns.since, value)
    if int(np.bincount(columns.series).max()) == 1:
        keys = series.layout(columns.series)
        places = np.arange(len(columns), dtype=np.int32)
        return Batch(keys, places, columns.at, columns.value)
    columns = columns.take(_last(columns, complaints))
    used, place = np.unique(columns.series, return_inverse=True)
    return Batch(series.layout(used), place.astype(np.int32), columns.at, columns.value)


def _last(columns: Columns, complaints: Complaints) -> NDArray[np.bool_]:
    """Which samples are the last of their series and instant."""
    order = np.lexsort((columns.at, columns.series))  # stable: of equal ones the last stays last
    one, at, value = columns.series[order], columns.at[order], columns.value[order]
    again = (one[1:] == one[:-1]) & (at[1:] == at[:-1])
    differing = again & (value[1:] != value[:-1]) & ~(np.isnan(value[1:]) & np.isnan(value[:-1]))
    if differing.any():
        complaints.refuse(TWICE, count=int(differing.sum()))
    kept = np.ones(len(columns), np.bool_)
    kept[order[:-1][again]] = False
    return kept
