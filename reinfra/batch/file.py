"""The detectors on one file, without a database."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from collectors.tabular import Tabular
from detectors.base import Scores
from detectors.episodes import Episodes
from detectors.registry import detector
from detectors.threshold import FalseAlarmRate
from reinfra.config import DetectSettings
from reinfra.model import SECOND, Anomaly, Batch, InputError, SeriesBlock, iso
from reinfra.store import Rule
from reinfra.store.frames import Columns
from reinfra.store.grid import align

MAX_POINTS = 20_000_000
"""Cells of the grid: a file whose times are few and far apart must not fill the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A file's series, how strange each sample is, and what that comes to. `judged`: it had a threshold."""

    block: SeriesBlock
    scores: Scores
    thresholds: NDArray[np.float64]
    anomalies: tuple[Anomaly, ...]
    notes: tuple[str, ...]

    @property
    def judged(self) -> NDArray[np.bool_]:
        return np.isfinite(self.scores.values) & np.isfinite(self.thresholds)


def score_file(path: Path, name: str, settings: DetectSettings) -> Scored:
    """Score every series of a CSV or Parquet file. Raises InputError for what cannot be read or scored."""
    chosen = detector(name)
    table = Tabular(path).read()
    block = _block(table.batch, path)
    scores = chosen.score(block)
    quiet = round(settings.quiet * SECOND)
    thresholds = FalseAlarmRate(settings.false_alarms, quiet).thresholds(block, scores)
    found = Episodes(name, quiet).find(block, scores, thresholds)
    return Scored(block, scores, thresholds, tuple(found), table.notes)


def write_scores(scored: Scored, path: Path) -> None:
    """Every sample with its score and threshold, as CSV; an empty cell was not judged."""
    block = scored.block
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(("series", "time", "value", "score", "threshold", "expected"))
            for row, column in np.argwhere(block.mask):
                numbers = (
                    block.values[row, column],
                    scored.scores.values[row, column],
                    scored.thresholds[row, column],
                    scored.scores.expected[row, column],
                )
                shown = ("" if np.isnan(number) else repr(float(number)) for number in numbers)
                rows.writerow((str(block.keys[row]), iso(int(block.at[column])), *shown))
    except OSError as error:
        raise InputError("cannot be written", where=str(path), why=error.strerror or "") from error


def _block(batch: Batch, path: Path) -> SeriesBlock:
    """The samples on a grid of their own median interval that begins with the first of them."""
    times = np.unique(batch.at)
    if times.size < 2:  # noqa: PLR2004 - one instant has no interval
        raise InputError("too few samples", where=str(path), why="two different times are needed")
    step = int(np.median(np.diff(times)))
    span = int(times[0]), int(times[-1]) + 1
    if (span[1] - span[0]) // step * len(batch.keys) > MAX_POINTS:
        raise InputError(
            "the times are too far apart",
            where=str(path),
            why=f"most are {step} ms apart, some years",
        )
    order = np.lexsort((batch.at, batch.series))
    at = batch.at[order] - span[0]
    rows = Columns(batch.series[order].astype(np.int64), at, batch.value[order])
    block = align(batch.keys, rows, (0, span[1] - span[0]), step, Rule.LAST)
    return replace(block, at=block.at + span[0])
