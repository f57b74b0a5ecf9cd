"""Which of several anomalies says most."""

import math
from collections.abc import Iterable

from reinfra.model import Anomaly


def worst(anomalies: Iterable[Anomaly]) -> Anomaly:
    """The anomaly that says most: by severity, then by score over threshold, then the first to begin."""
    return min(anomalies, key=_mildness)


def excess(anomaly: Anomaly) -> float:
    """How many times its threshold the score reached, which compares detectors with different scales."""
    ratio = anomaly.score / anomaly.threshold if anomaly.threshold > 0 else math.inf
    return 0.0 if math.isnan(ratio) else ratio


def _mildness(anomaly: Anomaly) -> tuple[int, float, int, str, str]:
    named = (str(anomaly.key), anomaly.detector)
    return (-anomaly.severity.rank, -excess(anomaly), anomaly.since, *named)
