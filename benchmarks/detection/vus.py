"""VUS-PR on the development series of the TSB-AD-U benchmark, beside its published detectors and PyOD."""

import csv
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.detection.development import VARIABLE, Development, absent, block_of, read
from benchmarks.detection.speed import one_core
from benchmarks.detection.vus_score import vus_pr
from benchmarks.results import table
from detectors.base import Floats
from detectors.windows import Windows, WindowsStream
from detectors.windows.period import period
from reinfra.model import MINUTE

PATTERN = "tsb_u_*.parquet"
PEER_POINTS, QUICK_POINTS = 20_000, 6_000

HEAD = f"""## Labelled ranges: VUS-PR

The univariate development series of TSB-AD-U's sources (the folder in {VARIABLE}; not shipped: two sources
state no licence), mean VUS-PR by data set. Batch sees the whole series; the stream settles two periods late;
"at once" sees no future. A row that is still warming counts as 0. PyOD is TimeSeriesOD(KNN), mean over windows of
one period, in the same run, on series of up to {PEER_POINTS:,} points; published figures are those of the TSB-AD
table for the same files, the best detector being chosen by its mean over them, the oracle per file. Points/s: CPU
time, pinned to one core. The detectors were tuned on these series: other ones give less."""

OURS = ("windows", "stream, settled", "stream, at once")
PYOD = "PyOD KNN, mean"

Rows = dict[str, dict[str, float]]


def run(*, quick: bool = False) -> Iterator[str]:
    """`quick`: only the series that PyOD gets, which are shorter."""
    most = QUICK_POINTS if quick else PEER_POINTS
    yield HEAD
    missing = absent(PATTERN) or absent("manifest.csv")
    if missing:
        yield missing
        return
    with one_core():
        found, speeds = _measured(most, quick=quick)
    yield _by_set(found, _sets(found))
    short = {name for name, row in found.items() if PYOD in row}
    yield f"On the {len(short)} series of up to {most:,} points:"
    some = {name: row for name, row in found.items() if name in short}
    methods = (*OURS, PYOD)
    rows = [
        (
            each,
            f"{_mean(some, each):.3f}",
            f"{speeds[each]:,.0f}/s",
            f"{speeds[each] / speeds[PYOD]:.0f}",
        )
        for each in methods
    ]
    yield table(("method", "VUS-PR", "points/s", "times PyOD's speed"), rows)


def _measured(most: int, *, quick: bool) -> tuple[Rows, dict[str, float]]:
    """By series and method its VUS-PR, and points per second of each method."""
    found: Rows = {}
    points: dict[str, float] = {}
    seconds: dict[str, float] = {}
    manifest = {row["series"]: row for row in _csv("manifest.csv")}
    published = {row.pop("file").removesuffix(".csv"): row for row in _csv("peers_vus_pr_uni.csv")}
    for one in read(PATTERN):
        window = int(float(manifest[one.name]["vus_window"]))
        row = {name: float(value) for name, value in published[one.name].items() if value}
        if quick and one.values.size > PEER_POINTS:
            continue
        for names, method in _methods(one, most):
            begun = time.process_time()
            scores = method(one)
            taken = time.process_time() - begun
            for name, score in zip(names, scores, strict=True):
                row[name] = vus_pr(np.nan_to_num(score), one.labels, window)
                points[name] = points.get(name, 0.0) + one.values.size
                seconds[name] = seconds.get(name, 0.0) + taken
        found[one.name] = row
    return found, {name: points[name] / seconds[name] for name in points}


def _methods(
    one: Development, most: int
) -> Iterator[tuple[tuple[str, ...], Callable[[Development], tuple[Floats, ...]]]]:
    yield OURS[:1], _batch
    yield OURS[1:], _stream
    if one.values.size <= most:
        yield (PYOD,), _pyod


def _batch(one: Development) -> tuple[Floats, ...]:
    return (Windows().score(block_of([one], MINUTE)).values[0],)


def _stream(one: Development) -> tuple[Floats, ...]:
    settled, now = WindowsStream().settled(block_of([one], MINUTE))
    return settled.values[0], now[0]


def _pyod(one: Development) -> tuple[Floats, ...]:
    from pyod.models.ts_od import TimeSeriesOD

    window = period(one.values)
    fitted = TimeSeriesOD("KNN", window_size=window, score_aggregation="mean").fit(one.values)
    return (np.asarray(fitted.decision_scores_, np.float64),)


def _by_set(found: Rows, sets: Mapping[str, str]) -> str:
    peers = [name for name in next(iter(found.values())) if name not in (*OURS, PYOD)]
    best = max(peers, key=lambda name: _mean(found, name))
    for row in found.values():
        row["oracle"] = max(row[name] for name in peers)
    columns = (*OURS, best, "oracle")
    rows = []
    for group in (*sorted(set(sets.values())), "all"):
        some = {name: row for name, row in found.items() if group in (sets[name], "all")}
        shown = (f"{_mean(some, name):.3f}" for name in columns)
        rows.append((group, len(some), *shown))
    return table(("data set", "series", *OURS, f"published: {best}", "published: oracle"), rows)


def _mean(found: Rows, name: str) -> float:
    return float(np.mean([row[name] for row in found.values() if name in row]))


def _sets(found: Rows) -> dict[str, str]:
    return {row["series"]: row["dataset"] for row in _csv("manifest.csv") if row["series"] in found}


def _csv(name: str) -> list[dict[str, str]]:
    path = Path(os.environ[VARIABLE]) / name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
