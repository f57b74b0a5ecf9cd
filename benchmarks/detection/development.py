"""Labelled series that may be measured with but not shipped, from a folder that the environment names."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detectors.base import Floats
from reinfra.model import SeriesBlock, SeriesKey

VARIABLE = "REINFRA_BENCH_DATA"
BEGIN = 1_767_225_600_000  # 2026-01-01T00:00:00Z


@dataclass(frozen=True, slots=True, eq=False)
class Development:
    """One series: its values, a step apart, and which of them people labelled as wrong."""

    name: str
    values: Floats
    labels: NDArray[np.bool_]


def absent(pattern: str) -> str:
    """Why there is nothing to read; empty where there is."""
    folder = os.environ.get(VARIABLE)
    if folder and list(Path(folder).glob(pattern)):
        return ""
    return f"Not measured: {VARIABLE} names no folder with {pattern}."


def read(pattern: str) -> Iterator[Development]:
    """Every series of the folder's files of that name: Parquet with columns series, t, v0, label."""
    for path in sorted(Path(os.environ.get(VARIABLE, ".")).glob(pattern)):
        rows = pq.read_table(path, columns=["series", "t", "v0", "label"])
        names, t, value, label = (one.to_numpy() for one in rows.columns)
        for name in dict.fromkeys(names.tolist()):
            mine = np.flatnonzero(names == name)
            mine = mine[np.argsort(t[mine], kind="stable")]
            yield Development(str(name), value[mine].astype(np.float64), label[mine] > 0)


def block_of(series: list[Development], step: int) -> SeriesBlock:
    """One metric of many series that begin together; where one ends earlier there is no sample."""
    values = np.full((len(series), max(one.values.size for one in series)), np.nan)
    for row, one in enumerate(series):
        values[row, : one.values.size] = one.values
    keys = tuple(SeriesKey.of("development", {"series": one.name}) for one in series)
    at = BEGIN + step * np.arange(values.shape[1], dtype=np.int64)
    return SeriesBlock(keys, at, values, np.isfinite(values), step)
