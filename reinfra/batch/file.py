"""The detectors on one file, without a database."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from reinfra.batch.score import rows
from reinfra.batch.score.grids import Placed, place
from reinfra.batch.score.judged import Judged, judge
from reinfra.batch.score.promise import keep
from reinfra.batch.score.settings import ScoreSettings
from reinfra.batch.score.sheet import Sheet, read_sheet
from reinfra.model import MINUTE, SECOND, Anomaly, SeriesBlock, SeriesKey, iso

WARMING = "No point was scored: every series is too short."


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFile:
    """A file's series, how strange each sample is, and what that comes to."""

    sheet: Sheet
    parts: tuple[tuple[Placed, Judged], ...]
    anomalies: tuple[Anomaly, ...]
    notes: tuple[str, ...]
    alerts: NDArray[np.intp] | None = None
    """With a promise, the file's rows at which an alert is sent."""

    @property
    def points(self) -> int:
        """How many cells of the grids have a sample."""
        return sum(int(judged.block.mask.sum()) for _, judged in self.parts)

    @property
    def scored(self) -> int:
        return sum(int((judged.scores.values >= 0).sum()) for _, judged in self.parts)

    def block_of(self, key: SeriesKey) -> SeriesBlock:
        """The block that the series is in, several channels as one."""
        return next(judged.block for _, judged in self.parts if key in judged.block.keys)

    def when(self, at: int) -> str:
        """A time as the file counts it."""
        return f"t={at // MINUTE}" if self.sheet.counted else iso(at)

    def table(self) -> pa.Table:
        """A row for each row of the file, in its order."""
        return rows.table(self.sheet, self.parts, self.alerts)


def score_file(path: Path, settings: ScoreSettings) -> ScoredFile:
    """Score every series of a CSV or Parquet file. Raises InputError for what cannot be read or scored."""
    sheet = read_sheet(path)
    channels = len(sheet.channels)
    parts = tuple((one, judge(one.block, channels, settings)) for one in place(sheet, path))
    alerts, said = None, sheet.notes
    if settings.promise:
        kept = keep(parts, settings.promise, round(settings.detect.quiet * SECOND))
        parts, alerts, said = kept.parts, kept.alerts, (*said, *kept.notes)
    found = tuple(one for _, judged in parts for one in judged.episodes(settings))
    scored = ScoredFile(sheet, parts, found, said, alerts)
    return replace(scored, notes=(*said, *_notes(scored)))


def _notes(scored: ScoredFile) -> list[str]:
    notes = []
    samples = int(scored.sheet.present.any(axis=0).sum())
    merged = samples - sum(_sampled(placed) for placed, _ in scored.parts)
    if merged > 0:
        step = scored.parts[0][0].block.step / SECOND
        notes.append(
            f"{merged} of {samples} samples shared a step of {step:g} s with a "
            "later one of their series and were left out."
        )
    if not scored.scored:
        notes.append(WARMING)
    return notes


def _sampled(placed: Placed) -> int:
    """Cells in which any channel has a sample."""
    mask = placed.block.mask
    return int(mask.reshape(len(placed.series), -1, mask.shape[1]).any(axis=1).sum())
