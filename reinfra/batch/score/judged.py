"""One score for each series and time of a block, with what was expected and what is flagged."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats, Scores, Settling
from detectors.episodes import Episodes
from detectors.registry import detector
from reinfra.batch.score.bands import band_of
from reinfra.batch.score.channels import LOOKED_AT, combined, measures
from reinfra.batch.score.flags import thresholds
from reinfra.batch.score.settings import Mode, ScoreSettings
from reinfra.model import SECOND, Anomaly, InputError, SeriesBlock


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Arrays `[series, time]`. `block` has one row per series: of several channels, the strangest's values.

    `now` is what was known at once, in stream mode only. `channel` is the place of the strangest channel.
    """

    block: SeriesBlock
    scores: Scores
    now: Floats | None
    lower: Floats
    upper: Floats
    thresholds: Floats
    channel: NDArray[np.intp]

    @property
    def anomaly(self) -> NDArray[np.bool_]:
        flagged: NDArray[np.bool_] = self.scores.values > self.thresholds
        return flagged

    def episodes(self, settings: ScoreSettings) -> list[Anomaly]:
        quiet = round(settings.detect.quiet * SECOND)
        said = np.where(np.isnan(self.scores.scale), np.nan, self.scores.expected)
        scores = Scores(self.scores.values, said, self.scores.scale)
        return Episodes(settings.name, quiet).find(self.block, scores, self.thresholds)


def judge(block: SeriesBlock, channels: int, settings: ScoreSettings) -> Judged:
    """Score a block of `channels` rows for each series. Raises InputError for a detector there is not."""
    looked_at = LOOKED_AT if settings.mode is Mode.STREAM else None
    chosen = measures(block, channels, looked_at)
    places = np.flatnonzero(chosen)
    scores, now = _scores(block.select(places), settings)
    if channels == 1:
        return _finished(block, scores, now, np.zeros(block.values.shape, np.intp), settings)
    owner = places // channels
    parts = [np.flatnonzero(owner == series) for series in range(len(chosen))]
    picked, strangest = _picked(block, places, parts, scores)
    joined = None if now is None else np.stack([combined(now[part])[0] for part in parts])
    one = replace(
        block,
        keys=tuple(block.keys[places[part[0]]] for part in parts),
        values=np.stack([each[0] for each in picked]),
        mask=np.stack([each[1] for each in picked]).astype(np.bool_),
    )
    total = Scores(*(np.stack([each[k] for each in picked]) for k in (2, 3, 4)))
    return _finished(one, total, joined, strangest % channels, settings)


def _picked(
    block: SeriesBlock, places: NDArray[np.intp], parts: list[NDArray[np.intp]], scores: Scores
) -> tuple[list[tuple[NDArray[Any], ...]], NDArray[np.intp]]:
    """For each series: value, mask, score, expected and scale, all but the score of the strangest channel."""
    found: list[tuple[NDArray[Any], ...]] = []
    strangest = []
    for part in parts:
        total, best = combined(scores.values[part])
        row, time = places[part][best], np.arange(total.size)
        inner = part[best]
        found.append(
            (
                block.values[row, time],
                block.mask[row, time],
                total,
                scores.expected[inner, time],
                np.where(len(part) == 1, scores.scale[inner, time], np.nan),
            )
        )
        strangest.append(row)
    return found, np.stack(strangest)


def _scores(block: SeriesBlock, settings: ScoreSettings) -> tuple[Scores, Floats | None]:
    """The final scores, and in stream mode those that were known at once."""
    made = detector(settings.name)
    if settings.mode is Mode.BATCH:
        return made.score(block), None
    if not made.causal:
        why = "its scores of the past change with the future"
        raise InputError(f"{settings.name} cannot stream", where="--detector", why=why)
    if isinstance(made, Settling):
        return made.settled(block)
    scores = made.score(block)
    return scores, scores.values


def _finished(
    block: SeriesBlock,
    scores: Scores,
    now: Floats | None,
    channel: NDArray[np.intp],
    settings: ScoreSettings,
) -> Judged:
    limits = thresholds(block, scores, settings)
    lower, upper = band_of(block, scores, limits, causal=settings.mode is Mode.STREAM)
    return Judged(block, scores, now, lower, upper, limits, channel)
