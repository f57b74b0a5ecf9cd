"""Who takes part: our detector, two of PyOD's, and two rules that people write first."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.detection.baselines import RollingMad, RollingSigma
from detectors.base import Detector, Floats, Scores
from detectors.episodes import Episodes
from detectors.registry import detector
from detectors.threshold import FalseAlarmRate
from reinfra.model import Anomaly, SeriesBlock


@dataclass(frozen=True, slots=True)
class Method:
    """A detector with the rule by which its scores become alarms."""

    detector: Detector
    thresholds: Callable[[SeriesBlock, Scores], Floats]

    @property
    def label(self) -> str:
        return self.detector.name + ("" if self.detector.causal else " (not causal)")

    def find(self, block: SeriesBlock, scores: Scores, thresholds: Floats) -> list[Anomaly]:
        return Episodes(self.detector.name).find(block, scores, thresholds)


def ours() -> Method:
    return Method(detector("autoregression"), FalseAlarmRate().thresholds)


def rules() -> list[Method]:
    return [fixed(RollingSigma(), 3.0), fixed(RollingMad(), 8.0)]


def pyod() -> list[Method]:
    """PyOD's scores have no unit, so the least threshold of our own scores, 3, is taken off for them."""
    rate = FalseAlarmRate(least=0.0)
    return [Method(detector(name), rate.thresholds) for name in ("pyod:KNN", "pyod:IForest")]


def fixed(rule: Detector, limit: float) -> Method:
    """Everything above one limit is flagged."""
    return Method(rule, lambda block, _: np.full(block.values.shape, limit))
