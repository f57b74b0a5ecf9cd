"""Scores above their thresholds, put together into anomalies that a person can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from detectors.base import Detector, Floats, Scores
from detectors.flagging import Flagging
from detectors.without_band import why_no_band
from reinfra.config import DetectOverride
from reinfra.model import MINUTE, Anomaly, SeriesBlock
from reinfra.signals import wording


@runtime_checkable
class Explains(Protocol):
    """A detector with a better sentence than a value and a band."""

    def explain(self, block: SeriesBlock, row: int, column: int) -> str:
        """One sentence on a sample's score, without a full stop."""


@runtime_checkable
class Adds(Protocol):
    """A detector that has more to say of what it flagged, such as what it cost."""

    def adds(self, block: SeriesBlock, scores: Scores, row: int, points: NDArray[np.intp]) -> str:
        """What the reason goes on with; "" for nothing. `points` are the flagged columns of `row`."""


@dataclass(frozen=True, slots=True)
class Episodes:
    """What `detector` flags; samples flagged no more than `quiet` ms apart are one anomaly.

    `overrides` say which deviations count, and how long. `by` is the detector itself, where it is known: it
    may explain, and one with a limit of its own is worded so.
    """

    detector: str
    quiet: int = 30 * MINUTE
    overrides: Sequence[DetectOverride] = ()
    by: Detector | None = None

    def find(self, block: SeriesBlock, scores: Scores, thresholds: Floats) -> list[Anomaly]:
        """By series, then by time. Where the threshold or the score is NaN, nothing is flagged.

        Of a signal that is bad one way only, samples beyond the expected value that way count.
        """
        above = scores.values > thresholds
        if not above.any():
            return []
        bands = band(block, scores, thresholds)
        scored = np.isfinite(scores.values) & np.isfinite(thresholds)
        terms = {metric: self._terms(metric) for metric in {key.metric for key in block.keys}}
        found = []
        for row in np.flatnonzero(above.any(axis=1)).tolist():
            of = terms[block.keys[row].metric].on_grid(block.step)
            flagged = above[row] & of.counts(block.values[row], scores.expected[row])
            found += [
                self._anomaly(block, scores, thresholds, bands, row, points)
                for points in of.runs(block.at, flagged, scored[row])
            ]
        return found

    def _terms(self, metric: str) -> Flagging:
        return Flagging.of(metric, self.quiet, self.overrides)

    def _anomaly(
        self,
        block: SeriesBlock,
        scores: Scores,
        thresholds: Floats,
        bands: tuple[Floats, ...],
        row: int,
        points: NDArray[np.intp],
    ) -> Anomaly:
        peak = int(points[np.argmax(scores.values[row, points])])
        low, high = (float(side[row, peak]) for side in bands)
        return Anomaly(
            key=block.keys[row],
            detector=self.detector,
            since=int(block.at[points[0]]),
            until=int(block.at[points[-1]]),
            peak_at=int(block.at[peak]),
            value=float(block.values[row, peak]),
            score=float(scores.values[row, peak]),
            threshold=float(thresholds[row, peak]),
            reason=self._reason(block, scores, row, peak, points, (low, high)),
            expected_low=low,
            expected_high=high,
        )

    def _reason(
        self,
        block: SeriesBlock,
        scores: Scores,
        row: int,
        peak: int,
        points: NDArray[np.intp],
        bounds: tuple[float, float],
    ) -> str:
        if isinstance(self.by, Explains):
            said = f"{self.by.explain(block, row, peak)}, {_when(block, points)}"
        else:
            own = self.by is not None and self.by.limit is not None
            said = _said(block, scores, row, peak, points, bounds, own=own)
            if np.isnan(scores.scale[row, peak]) and (why := why_no_band(self.detector)):
                said = f"{said}; {why}"
        more = self.by.adds(block, scores, row, points) if isinstance(self.by, Adds) else ""
        return f"{said}; {more}" if more else said


def band(block: SeriesBlock, scores: Scores, thresholds: Floats | float) -> tuple[Floats, Floats]:
    """`[series, time]`: lowest and highest value that is not flagged; not below 0 where none was until then."""
    reach = thresholds * scores.scale
    below = np.logical_or.accumulate(block.mask & (block.values < 0), axis=1)
    least = np.where(below, -np.inf, 0.0)
    return np.maximum(scores.expected - reach, least), np.maximum(scores.expected + reach, least)


def _said(
    block: SeriesBlock,
    scores: Scores,
    row: int,
    peak: int,
    points: NDArray[np.intp],
    bounds: tuple[float, float],
    *,
    own: bool,
) -> str:
    key, score = block.keys[row], scores.values[row, peak]
    seen = f"{wording.signal_name(key)} {wording.amount(key, block.values[row, peak])}"
    when = _when(block, points)
    expected = scores.expected[row, peak]
    if np.isnan(expected):
        return f"{seen}: strangeness {wording.number(score)}, {when}"
    if np.isnan(scores.scale[row, peak]):
        like = wording.amount(key, expected)
        return f"{seen} against {like} in the stretch most like it: strangeness {wording.number(score)}, {when}"
    usual, least, most = (wording.amount(key, value) for value in (expected, *bounds))
    unit = "as far as chance brings it" if own else "its usual error"
    times = f"{wording.number(score)} times {unit}"
    return f"{seen} against {usual} expected ({least} to {most}): {times}, {when}"


def _when(block: SeriesBlock, points: NDArray[np.intp]) -> str:
    count = f"{points.size} point" + "s" * (points.size != 1)
    return f"{count} since {wording.clock_time(int(block.at[points[0]]))}"
