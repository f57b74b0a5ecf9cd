"""Second stage: scores, thresholds and silences become anomalies."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores
from detectors.calibration.confidence import Confidence
from detectors.episodes import Episodes
from detectors.threshold import FalseAlarmRate
from reinfra.batch.items import made
from reinfra.config import DetectSettings
from reinfra.model import SECOND, Anomaly, SeriesBlock
from reinfra.store import Stored


@dataclass(slots=True)
class Evaluation:
    """What came out so far. `scored` and `warming` count series of detectors that score values, `late` samples.

    `failed` says of series, by id, why a part of the run could not search them; `confidence`, by detector and
    metric, how far the promised rate of false alarms can be relied on, of several fleets the least.
    """

    found: dict[int, list[Anomaly]] = field(default_factory=dict)
    scored: set[int] = field(default_factory=set)
    warming: set[int] = field(default_factory=set)
    late: int = 0
    failed: dict[int, str] = field(default_factory=dict)
    confidence: dict[tuple[str, str], Confidence] = field(default_factory=dict)

    def add(self, series: list[Stored], anomalies: list[Anomaly], since: int) -> None:
        """Keep what lasts until `since` or longer; what ended before was an earlier run's to find."""
        ids = {stored.key: stored.id for stored in series}
        for one in anomalies:
            if since <= one.until:
                self.found.setdefault(ids[one.key], []).append(one)

    def merge(self, other: "Evaluation") -> None:
        """Add what another part of the run came to."""
        for id_, found in other.found.items():
            self.found.setdefault(id_, []).extend(found)
        self.scored |= other.scored
        self.warming |= other.warming
        self.late += other.late
        for fleet, one in other.confidence.items():
            before = self.confidence.get(fleet, one)
            self.confidence[fleet] = min(before, one, key=lambda each: (each.series, each.weeks))
        self.failed |= other.failed

    @property
    def anomalies(self) -> int:
        return sum(len(many) for many in self.found.values())


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """How strange each sample of a block is, and from which score on it is flagged."""

    scores: Scores
    thresholds: Floats

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Where there is both, so that a sample could have been flagged."""
        return np.isfinite(self.scores.values) & np.isfinite(self.thresholds)


def assess(
    block: SeriesBlock,
    name: str,
    settings: DetectSettings,
    excluded: NDArray[np.bool_] | None = None,
) -> Assessment:
    """Run one scoring detector over a block, with its own limit or thresholds that hold the rate of false alarms.

    What is `excluded` (`[series, time]`) is not learned from.
    """
    by = made(name, settings)
    scores = by.score(block)
    if by.limit is not None:
        return Assessment(scores, np.full(scores.values.shape, by.limit))
    rate = FalseAlarmRate(settings.false_alarms, round(settings.quiet * SECOND))
    return Assessment(scores, rate.thresholds(block, scores, excluded))


def flagged(
    block: SeriesBlock, name: str, found: Assessment, settings: DetectSettings
) -> list[Anomaly]:
    """The anomalies that an assessment comes to, as the overrides have it."""
    quiet = round(settings.quiet * SECOND)
    episodes = Episodes(name, quiet, settings.override, made(name, settings))
    return episodes.find(block, found.scores, found.thresholds)
