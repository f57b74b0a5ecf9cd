"""Slow and joint changes: false alarms where nothing changes, and what of the planted changes is found."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.detection import slow_joint, slow_series
from benchmarks.results import table
from detectors.base import Detector, Floats
from detectors.drift import Drift
from detectors.drift_slope import trend
from detectors.limit_crossing import crossing
from detectors.shift import Shift
from reinfra.model import DAY, SeriesBlock

SERIES, DAYS = 100, 42
WEEK = 7 * DAY
KNOWN, AHEAD = 21, 5  # days that are known, and from the last of them to the limit
BENCH_DATA = "REINFRA_BENCH_DATA"

HEAD = f"""## Slow changes

SYNTHETIC, {SERIES} series of {DAYS} days at 10 minutes: it shows that the mechanism holds its false alarms on
noise that resembles itself, not how well it does on real systems. Standard deviation 1."""


def run() -> Iterator[str]:
    yield HEAD
    quiet = slow_series.quiet(SERIES, DAYS)
    detectors: tuple[Detector, ...] = (Shift(), Drift())
    rows = [(one.name, *(_alarms(one, x) for x in quiet.values())) for one in detectors]
    yield "Episodes above the detector's own limit per series-week, where nothing changes:"
    yield table(("detector", *quiet), rows)
    yield "Planted, of each kind of noise: share found within a day (shift), by the last day (drift):"
    rows = [_found(Shift(), "step", size, quiet) for size in (3.0, 5.0, 8.0)]
    rows += [_found(Drift(), "a day, three weeks", size, quiet) for size in (0.1, 0.3, 1.0)]
    yield table(("planted", *quiet), rows)
    yield "Time to limit: days that were 5 ahead, three weeks of days; by autocorrelation of the days:"
    yield table(("slope a day", "0", "0.5", "0.8"), [_crossed(slope) for slope in (0.5, 1.0)])
    yield from _recorded(detectors)
    yield from slow_joint.run()


def _alarms(detector: Detector, x: Floats) -> str:
    block = slow_series.block(x)
    episodes, weeks = _episodes(detector, block)
    return f"{episodes / weeks:.3f}"


def _episodes(detector: Detector, block: SeriesBlock) -> tuple[int, float]:
    """Episodes, and series-weeks in which there was a score."""
    values = detector.score(block).values
    above = np.nan_to_num(values) > (detector.limit or 0.0)
    begun = int((above[:, 1:] & ~above[:, :-1]).sum() + above[:, 0].sum())
    return begun, float(np.isfinite(values).sum() * block.step / WEEK)


def _found(
    detector: Detector, what: str, size: float, quiet: Mapping[str, Floats]
) -> tuple[str, ...]:
    """A step two weeks before the end is to be found within a day; a drift of three weeks at all."""
    a_day = slow_series.A_DAY
    shares = []
    for x in quiet.values():
        since = x.shape[1] - (14 if detector.name == "shift" else 21) * a_day
        grown = np.maximum(np.arange(x.shape[1]) - since, 0)
        added = size * (grown > 0 if detector.name == "shift" else grown / a_day)
        until = since + a_day if detector.name == "shift" else x.shape[1]
        block = slow_series.block((x + added)[:, :until])
        last = detector.score(block).values[:, since:] > (detector.limit or 0.0)
        shares.append(f"{last.any(axis=1).mean():.0%}")
    return f"{detector.name}: {size:g} {what}", *shares


def _crossed(slope: float) -> tuple[str, ...]:
    """Share of series with a forecast, share of those whose 90 % interval holds the day."""
    cells = []
    for alike in (0.0, 0.5, 0.8):
        days = _days(2000, KNOWN, alike) + slope * np.arange(KNOWN)
        found = crossing(
            trend(days, 14), np.full(2000, slope * (KNOWN - 1 + AHEAD)), Drift().limit or 0.0
        )
        held = (found.earliest <= AHEAD) & (found.latest >= AHEAD)
        cells.append(f"{found.growing.mean():.0%} forecast, {held[found.growing].mean():.0%} held")
    return f"{slope:g}", *cells


def _days(series: int, days: int, alike: float) -> Floats:
    x = np.random.default_rng(1).normal(size=(series, days))
    x[:, 1:] *= np.sqrt(1 - alike**2)
    for day in range(1, days):
        x[:, day] += alike * x[:, day - 1]
    return x


def _recorded(detectors: tuple[Detector, ...]) -> Iterator[str]:
    """On recorded service metrics, whose labels are of points and not of levels: how often, not how rightly."""
    folder = os.environ.get(BENCH_DATA)
    path = Path(folder, "ops_kpi_WSD.parquet") if folder else None
    if path is None or not path.is_file():
        yield f"Recorded series: not run, {BENCH_DATA} names no folder with ops_kpi_WSD.parquet."
        return
    blocks = list(_blocks(path))
    rows = []
    for one in detectors:
        begun = time.process_time()
        counts = [_episodes(one, block) for block in blocks]
        points = sum(block.values.size for block in blocks) / (time.process_time() - begun)
        weeks = sum(each for _, each in counts)
        episodes = sum(each for each, _ in counts) / weeks
        rows.append((one.name, len(blocks), f"{weeks:.0f}", f"{episodes:.2f}", f"{points:,.0f}/s"))
    yield (
        "Recorded service metrics (WSD, 1 minute), real changes and unlabelled ones among them: how often it "
        "speaks, which is an upper bound of its false alarms."
    )
    yield table(("detector", "series", "series-weeks", "episodes per series-week", "points"), rows)


def _blocks(path: Path) -> Iterator[SeriesBlock]:
    import pandas as pd

    frame = pd.read_parquet(path, columns=["series", "t", "v0"])
    for _, part in frame.groupby("series", sort=True):
        values = part.sort_values("t")["v0"].to_numpy(float)[None]
        block = slow_series.block(values)
        minute = slow_series.STEP // 10
        at = slow_series.START + minute * np.arange(values.shape[1])
        yield SeriesBlock(block.keys, at, values, block.mask, minute)


if __name__ == "__main__":
    for part in run():
        print(part, end="\n\n")
