"""Points scored per second on one core, beside PyOD's nearest neighbours on the same machine."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from benchmarks.detection import runs
from benchmarks.detection.blocks import cloudwatch, read
from benchmarks.detection.fleet import SINCE
from benchmarks.detection.nab import BEGIN
from benchmarks.results import table
from collectors.simulator import Simulator
from detectors.base import Detector
from detectors.registry import detector
from detectors.threshold import FalseAlarmRate
from reinfra.model import DAY, MINUTE, SeriesBlock

RUNS = 3
PEER_POINTS = 45_000

HEAD = f"""## Speed

Points scored per CPU second, pinned to one core, every refit of the autoregression included: median of {RUNS}
runs over all series; PyOD's KNN once, windows of 32 points, over about {PEER_POINTS:,} points of the same series.
Five-minute series are the recorded ones, one-minute series simulated gauges of 14 days."""


def run() -> Iterator[str]:
    blocks = {"5 minutes": cloudwatch(lambda: BEGIN).block, "1 minute": _one_minute()}
    yield HEAD
    columns = ("step", "series", "points each", "autoregression", "with thresholds")
    with one_core():
        rows = [_row(name, block) for name, block in blocks.items()]
    yield table((*columns, "pyod:KNN", "ratio"), rows)
    yield from runs.run()


def _one_minute() -> SeriesBlock:
    """Those of one host and its service that do not stand still."""
    until = SINCE + 14 * DAY
    fleet = Simulator(since=SINCE, until=until, hosts=1, planted=False)
    (block,) = (one for one in read(fleet.collect(), lambda: until) if one.step == MINUTE)
    return block.select(np.flatnonzero(np.nanstd(block.values, axis=1) > 0))


def _row(name: str, block: SeriesBlock) -> tuple[str, ...]:
    ours, peer = detector("autoregression"), detector("pyod:KNN")
    some = _some(block)
    for each in (ours, peer):
        each.score(_end(some))  # loads what is loaded on first use
    scoring = _points(block) / _seconds(lambda: ours.score(block), RUNS)
    with_thresholds = _points(block) / _seconds(lambda: _with_thresholds(ours, block), RUNS)
    knn = _points(some) / _seconds(lambda: peer.score(some), 1)
    points = f"{_points(block) / len(block.keys):,.0f}"
    rates = (f"{rate:,.0f}/s" for rate in (scoring, with_thresholds, knn))
    return (name, str(len(block.keys)), points, *rates, f"{scoring / knn:.0f} times")


def _some(block: SeriesBlock) -> SeriesBlock:
    """Series from all over the block, for what would take too long on all of them."""
    count = min(len(block.keys), max(1, round(PEER_POINTS / block.at.size)))
    return block.select(np.linspace(0, len(block.keys) - 1, count).astype(np.intp))


def _end(block: SeriesBlock, points: int = 400) -> SeriesBlock:
    values, mask = block.values[:, -points:], block.mask[:, -points:]
    return SeriesBlock(block.keys, block.at[-points:], values, mask, block.step)


def _with_thresholds(chosen: Detector, block: SeriesBlock) -> None:
    FalseAlarmRate().thresholds(block, chosen.score(block))


def _points(block: SeriesBlock) -> int:
    return int(np.isfinite(block.values).sum())


def _seconds(work: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


@contextmanager
def one_core() -> Iterator[None]:
    """Linear algebra uses every core otherwise; where a process cannot be pinned, it still does."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
