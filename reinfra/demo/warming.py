"""From when on the labelled series of a demo could be judged by their values."""

from collections.abc import Iterable

import numpy as np

from detectors.registry import detector
from detectors.threshold import FalseAlarmRate
from reinfra.batch.acquire import Window, blocks
from reinfra.batch.detect import Report
from reinfra.batch.evaluate import STALENESS
from reinfra.config import DetectSettings
from reinfra.model import SECOND
from reinfra.store import Store, Stored


def judged_from(
    store: Store, settings: DetectSettings, series: Iterable[Stored], detection: Report
) -> int:
    """When the first of `series` had its first score and threshold; the end of the run if none had.

    Scores them again as the run did. When a threshold begins does not depend on the other series.
    """
    window = Window(detection.since, detection.since, detection.until)
    rate = FalseAlarmRate(settings.false_alarms, round(settings.quiet * SECOND))
    first = detection.until
    for acquired in blocks(store, list(series), window, round(settings.step * SECOND)):
        block = acquired.block
        for name in settings.detectors:
            if name == STALENESS:
                continue
            scores = detector(name).score(block)
            judged = np.isfinite(scores.values + rate.thresholds(block, scores)).any(axis=0)
            first = min(first, *block.at[judged][:1].tolist(), detection.until)
    return first
