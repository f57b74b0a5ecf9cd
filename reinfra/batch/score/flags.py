"""From which score on a sample of a file is flagged."""

import numpy as np

from detectors.base import Floats, Scores
from detectors.threshold import FalseAlarmRate
from reinfra.batch.score.settings import Mode, ScoreSettings
from reinfra.model import SECOND, SeriesBlock

_LEAST = 50


def thresholds(block: SeriesBlock, scores: Scores, settings: ScoreSettings) -> Floats:
    """`[series, time]`, NaN where nothing can be flagged.

    In stream mode they are made each midnight from the scores before it, in batch mode once from
    all of the series' own: what stands apart from the usual peaks of the whole file is flagged.
    """
    rate = FalseAlarmRate(settings.detect.false_alarms, round(settings.detect.quiet * SECOND))
    if settings.mode is Mode.STREAM or settings.detector:
        return rate.thresholds(block, scores)
    levels = rate.in_hindsight(block, scores)
    levels[np.isfinite(scores.values).sum(axis=1) < _LEAST] = np.nan
    return np.broadcast_to(levels[:, None], scores.values.shape)
