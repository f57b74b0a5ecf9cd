"""From which score on a sample of a file is flagged."""

import numpy as np

from detectors.base import Floats, Scores
from detectors.tail import Tail
from detectors.threshold import FalseAlarmRate
from reinfra.batch.score.settings import Mode, ScoreSettings
from reinfra.model import DAY, SECOND, SeriesBlock

_LEAST = 50


def thresholds(block: SeriesBlock, scores: Scores, settings: ScoreSettings) -> Floats:
    """`[series, time]`, NaN where nothing can be flagged.

    In stream mode they are made each midnight from the scores before it, in batch mode once from
    all of the series' own: what stands apart from the usual peaks of the whole file is flagged.
    """
    rate = FalseAlarmRate(settings.detect.false_alarms, round(settings.detect.quiet * SECOND))
    if settings.mode is Mode.STREAM or settings.detector:
        return rate.thresholds(block, scores)
    levels = [_in_hindsight(row, block, rate) for row in scores.values]
    return np.broadcast_to(np.array(levels)[:, None], scores.values.shape)


def _in_hindsight(values: Floats, block: SeriesBlock, rate: FalseAlarmRate) -> float:
    scored = np.flatnonzero(np.isfinite(values))
    if scored.size < _LEAST or values[scored].max() == 0:
        return float("nan")
    tail = Tail.of(values[scored], block.at[scored], rate.quiet)
    return tail.level(rate.per_week * block.step / (7 * DAY), tail.shape)
