"""What each detector makes of the afternoon: a panel each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection_pictures.episode import BAD, UNTIL, Day, Values
from detectors.base import Scores
from detectors.episodes import Episodes, band
from detectors.error_classes import ErrorClasses
from detectors.registry import detector
from detectors.staleness import Staleness
from detectors.threshold import FalseAlarmRate
from reinfra.model import HOUR, Anomaly, Batch, SeriesBlock

SHOWN = 30 * HOUR
SEED = 20_261_121


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Columns of what is drawn; `low` and `high` NaN where no value was expected."""

    name: str
    signal: str
    at: NDArray[np.int64]
    seen: Values
    low: Values
    high: Values
    found: tuple[Anomaly, ...]


def panels() -> Iterator[Panel]:
    """In the order of the reference."""
    day = Day(np.random.default_rng(SEED))
    load = day.load
    clocks, sensors, memory = day.clocks(load), day.sensors(load), day.memory(load)
    latency, answers, errors = day.latency(load), day.answers(), day.errors()
    alone = clocks.select(np.array([BAD]))
    yield _scored("autoregression", alone, 0)
    yield _scored("peers", clocks, BAD)
    yield _scored("windows", alone, 0)
    yield _scored("windows_stream", alone, 0)
    yield _scored("novelty", _coarse(alone, 5), 0)
    yield _scored("multivariate", sensors, 1)
    yield _scored("stl", _coarse(alone, 5), 0)
    yield _scored("pyod:KNN", _coarse(alone, 5), 0)
    yield _scored("shift", _coarse(alone, 5), 0)
    yield _scored("latency", _coarse(latency, 5), 0)
    yield _scored("counts", errors, 0)
    yield _scored("proportion", answers, 0)
    yield _scored("drift", _coarse(memory, 5), 0)
    yield _scored("time-to-limit", _coarse(memory, 5), 0)
    yield _found("error-class", day.code(), ErrorClasses().find)
    yield _found("staleness", day.silent(load), lambda batch: Staleness().find(batch, UNTIL))


def _scored(name: str, block: SeriesBlock, row: int) -> Panel:
    made = detector(name)
    scores = made.score(block)
    limits = (
        FalseAlarmRate().thresholds(block, scores)
        if made.limit is None
        else np.full(block.values.shape, made.limit)
    )
    every = Episodes(name, by=made).find(block, scores, limits)
    found = tuple(one for one in every if one.key == block.keys[row])
    return _panel(name, block, row, found, band(block, scores, limits))


def _found(name: str, block: SeriesBlock, find) -> Panel:  # type: ignore[no-untyped-def] # noqa: ANN001
    there = block.mask[0]
    batch = Batch.of_series(block.keys[0], block.at[there], block.values[0, there])
    nothing = Scores.unscored(block.values.shape)
    return _panel(name, block, 0, tuple(find(batch)), (nothing.expected, nothing.expected))


def _panel(
    name: str,
    block: SeriesBlock,
    row: int,
    found: tuple[Anomaly, ...],
    edges: tuple[Values, Values],
) -> Panel:
    shown = block.at >= UNTIL - SHOWN
    late = tuple(one for one in found if one.until >= UNTIL - SHOWN)
    low, high = (one[row, shown] for one in edges)
    key = block.keys[row]
    return Panel(name, key.metric, block.at[shown], block.values[row, shown], low, high, late)


def _coarse(block: SeriesBlock, cells: int) -> SeriesBlock:
    """Means of so many cells, as a run reads them for detectors that look once a day."""
    at = block.at[::cells]
    values = block.values.reshape(len(block.keys), at.size, cells).mean(axis=2)
    step = block.step * cells
    return SeriesBlock(block.keys, at, values, np.ones(values.shape, np.bool_), step)
