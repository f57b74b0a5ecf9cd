"""Scores above their thresholds, put together into anomalies that a person can read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from reinfra.model import MINUTE, Anomaly, SeriesBlock
from reinfra.signals import Worse, find, wording


@dataclass(frozen=True, slots=True)
class Episodes:
    """What `detector` flags; samples flagged no more than `quiet` ms apart are one anomaly."""

    detector: str
    quiet: int = 30 * MINUTE

    def find(self, block: SeriesBlock, scores: Scores, thresholds: Floats) -> list[Anomaly]:
        """By series, then by time. Where the threshold or the score is NaN, nothing is flagged.

        Of a signal that is bad one way only, samples beyond the expected value that way count.
        """
        flagged = (scores.values > thresholds) & bad_way(block, scores.expected)
        bands = band(block, scores, thresholds) if flagged.any() else ()
        return [
            self._anomaly(block, scores, thresholds, bands, int(row), points)
            for row in np.flatnonzero(flagged.any(axis=1))
            for points in self._runs(block.at, np.flatnonzero(flagged[row]))
        ]

    def _runs(self, at: NDArray[np.int64], points: NDArray[np.intp]) -> list[NDArray[np.intp]]:
        return np.split(points, np.flatnonzero(np.diff(at[points]) > self.quiet) + 1)

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
            reason=_reason(block, scores, row, peak, points, low, high),
            expected_low=low,
            expected_high=high,
        )


def bad_way(block: SeriesBlock, expected: Floats) -> NDArray[np.bool_]:
    """Where a sample lies on the bad side of what was expected; everywhere where nothing was."""
    bad = np.ones(block.values.shape, bool)
    for row, key in enumerate(block.keys):
        signal = find(key.metric)
        worse = signal.worse if signal else Worse.BOTH
        if worse is Worse.UP:
            bad[row] = ~(block.values[row] <= expected[row])
        elif worse is Worse.DOWN:
            bad[row] = ~(block.values[row] >= expected[row])
    return bad


def band(block: SeriesBlock, scores: Scores, thresholds: Floats | float) -> tuple[Floats, Floats]:
    """`[series, time]`: lowest and highest value that is not flagged; not below 0 where none was until then."""
    reach = thresholds * scores.scale
    below = np.logical_or.accumulate(block.mask & (block.values < 0), axis=1)
    least = np.where(below, -np.inf, 0.0)
    return np.maximum(scores.expected - reach, least), np.maximum(scores.expected + reach, least)


def _reason(
    block: SeriesBlock,
    scores: Scores,
    row: int,
    peak: int,
    points: NDArray[np.intp],
    low: float,
    high: float,
) -> str:
    key, score = block.keys[row], scores.values[row, peak]
    seen = f"{wording.signal_name(key)} {wording.amount(key, block.values[row, peak])}"
    count = f"{points.size} point" + "s" * (points.size != 1)
    when = f"{count} since {wording.clock_time(int(block.at[points[0]]))}"
    expected = scores.expected[row, peak]
    if np.isnan(expected):
        return f"{seen}: strangeness {wording.number(score)}, {when}"
    usual, least, most = (wording.amount(key, value) for value in (expected, low, high))
    times = f"{wording.number(score)} times its usual error"
    return f"{seen} against {usual} expected ({least} to {most}): {times}, {when}"
