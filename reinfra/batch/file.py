"""The detectors on one file, without a database."""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from collectors.tabular import Tabular
from reinfra.batch.evaluate import Assessment, assess, flagged
from reinfra.config import DetectSettings
from reinfra.model import SECOND, Anomaly, Batch, InputError, SeriesBlock, iso
from reinfra.store import Rule
from reinfra.store.frames import Columns
from reinfra.store.grid import align

MAX_POINTS = 20_000_000
"""Cells of the grid: a file whose times are few and far apart must not fill the memory."""

WARMING = (
    "No point was judged. A series needs 200 samples, then a day of scores before a midnight (UTC): "
    "it is judged from that midnight on."
)


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A file's series, how strange each sample is, and what that comes to."""

    block: SeriesBlock
    assessment: Assessment
    anomalies: tuple[Anomaly, ...]
    notes: tuple[str, ...]

    @property
    def points(self) -> int:
        """How many cells of the grid have a sample."""
        return int(self.block.mask.sum())

    @property
    def judged(self) -> NDArray[np.bool_]:
        return self.assessment.judged


def score_file(path: Path, name: str, settings: DetectSettings) -> Scored:
    """Score every series of a CSV or Parquet file. Raises InputError for what cannot be read or scored."""
    table = Tabular(path).read()
    block = _block(table.batch, path)
    assessment = assess(block, name, settings)
    found = tuple(flagged(block, name, assessment, settings))
    scored = Scored(block, assessment, found, table.notes)
    return replace(scored, notes=(*table.notes, *_notes(scored, len(table.batch))))


def _notes(scored: Scored, samples: int) -> Iterator[str]:
    merged = samples - scored.points
    if merged > 0:
        yield (
            f"{merged} of {samples} samples shared a step of {scored.block.step / SECOND:g} s with a "
            "later one of their series and were left out."
        )
    if not scored.judged.any():
        yield WARMING


def write_scores(scored: Scored, path: Path) -> None:
    """A row for each point of the grid that has a sample, as CSV; an empty field was not judged.

    Raises InputError where it cannot be written whole; what was at `path` before is then still there.
    """
    block = scored.block
    try:
        with _whole(path) as file:
            rows = csv.writer(file)
            rows.writerow(("series", "time", "value", "score", "threshold", "expected"))
            for row, column in np.argwhere(block.mask):
                numbers = (
                    block.values[row, column],
                    scored.assessment.scores.values[row, column],
                    scored.assessment.thresholds[row, column],
                    scored.assessment.scores.expected[row, column],
                )
                shown = ("" if np.isnan(number) else repr(float(number)) for number in numbers)
                rows.writerow((str(block.keys[row]), _instant(int(block.at[column])), *shown))
    except OSError as error:
        raise InputError("cannot be written", where=str(path), why=error.strerror or "") from error


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file beside `path` that takes its place once it is written to its end."""
    if path.exists() and not path.is_file():  # a pipe or /dev/stdout cannot be replaced
        with path.open("w", newline="", encoding="utf-8") as file:
            yield file
        return
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("x", newline="", encoding="utf-8") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _instant(at: int) -> str:
    """With milliseconds where there are any: 2026-11-20T15:00:00.123Z."""
    rest = at % SECOND
    return iso(at) if not rest else f"{iso(at - rest)[:-1]}.{rest:03d}Z"


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
