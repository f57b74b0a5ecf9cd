"""Peers, counts and shares on numbers made for them: whether the mechanisms work, and keep their rate."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import table
from detectors.base import Detector
from detectors.counts import Counts
from detectors.peers import Peers
from detectors.proportion import Proportion
from reinfra.model import DAY, HOUR, MINUTE, SeriesBlock, SeriesKey

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z
WEEK = 7 * DAY
QUIET = 30 * MINUTE
HOSTS, GPUS, COUNTERS, SETS = 20, 8, 100, 20
HOURS, DECLINE = 1680, 1400

HEAD = f"""## Siblings, counts and shares

SIMULATED, and made for these detectors: a check of mechanisms, no evidence about real fleets. Aimed at 0.25 false
alarms per series and week; alarms within 30 minutes are one. Found: how many, and the median time until then.
Siblings: {HOSTS} hosts of {GPUS}, one minute, a load that changes every hour and by the time of day, own biases of
1 %, noise of 1.8 % of full load, independent or with an autocorrelation of 0.7; one sibling of each host is
slower for ten hours from the fifth day on. Counts: {COUNTERS} series of one minute, two weeks, Poisson; a burst of
0.5 a minute for 20 minutes. Shares: {SETS} series of one hour, ten weeks, 90 % pass; fewer for three days."""

Matrix = NDArray[np.float64]
CPU_SECONDS = time.process_time


def run() -> Iterator[str]:
    yield HEAD
    yield table(("siblings: noise", "false", "-2 %", "-3 %", "-5 %", "-10 %", "points/s"), _peers())
    yield table(("counts: events a minute", "false", "burst found", "delay", "points/s"), _counts())
    yield table(("shares: trials an hour", "false", "85 %", "80 %", "70 %"), _shares())


def _peers() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for label, correlation in (("independent", 0.0), ("autocorrelated", 0.7)):
        values = _fleet(correlation)
        begun = CPU_SECONDS()
        false = _rate(Peers(), _gpus(values))
        speed = values.size / (CPU_SECONDS() - begun)
        hurt = slice(6000, 6600)
        found = []
        for slower in (0.02, 0.03, 0.05, 0.1):
            slow = values.copy()
            slow[::GPUS, hurt] *= 1 - slower
            found.append(_delay(_flagged(Peers(), _gpus(slow))[::GPUS, hurt], "steps"))
        rows.append((label, f"{false:.2f}", *found, f"{speed / 1e6:.1f} M"))
    return rows


def _fleet(correlation: float) -> Matrix:
    rng = np.random.default_rng(0)
    at = np.arange(7 * 1440)
    noise = rng.normal(0, 0.018, (HOSTS, GPUS, at.size))
    for step in range(1, at.size if correlation else 0):
        noise[..., step] *= np.sqrt(1 - correlation**2)
        noise[..., step] += correlation * noise[..., step - 1]
    hourly = np.repeat(rng.normal(0, 0.1, (HOSTS, at.size // 60)), 60, axis=1)
    daily = 0.25 * np.sin(2 * np.pi * at / 1440 + np.arange(HOSTS)[:, None])
    load = np.clip(0.6 + daily + hourly, 0.1, 1)[:, None]
    bias = 1 + rng.normal(0, 0.01, (HOSTS, GPUS, 1))
    return np.reshape(load * bias + noise, (HOSTS * GPUS, at.size))


def _counts() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for rate in (0.0, 1e-4, 0.01, 0.5, 20.0):
        rng = np.random.default_rng(0)
        values = rng.poisson(rate, (COUNTERS, 14 * 1440)).astype(np.float64)
        begun = CPU_SECONDS()
        false = _rate(Counts(), _rows(values, "hw.gpu.ecc.errors", MINUTE))
        speed = values.size / (CPU_SECONDS() - begun)
        values[:, 12_000:12_020] += rng.poisson(0.5, (COUNTERS, 20))
        burst = _flagged(Counts(), _rows(values, "hw.gpu.ecc.errors", MINUTE))[:, 12_000:12_020]
        found, delay = _delay(burst, "min").split(", ")
        rows.append((f"{rate:g}", f"{false:.2f}", found, delay, f"{speed / 1e6:.1f} M"))
    return rows


def _shares() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for trials in (5, 50, 500):
        rates = [_rate(Proportion(), _graded(trials, 0.9, seed)) for seed in range(SETS)]
        found = []
        for later in (0.85, 0.8, 0.7):
            part = slice(DECLINE, DECLINE + 72)
            some = [
                _flagged(Proportion(), _graded(trials, later, s))[:1, part] for s in range(SETS)
            ]
            found.append(_delay(np.vstack(some), "h"))
        rows.append((str(trials), f"{np.mean(rates):.2f}", *found))
    return rows


def _graded(trials: int, later: float, seed: int) -> SeriesBlock:
    share = np.where(np.arange(HOURS) < DECLINE, 0.9, later)
    passed = np.random.default_rng(seed).binomial(trials, share)
    keys = tuple(SeriesKey.of(f"reinfra.quality.{of}", {}) for of in ("successes", "trials"))
    values = np.stack([passed, np.full(share.size, trials)]).astype(np.float64)
    return _block(keys, values, HOUR)


def _gpus(values: Matrix) -> SeriesBlock:
    places = (divmod(row, GPUS) for row in range(len(values)))
    keys = (
        SeriesKey.of("hw.gpu.utilization", {"host.name": str(host), "hw.id": str(gpu)})
        for host, gpu in places
    )
    return _block(tuple(keys), values, MINUTE)


def _rows(values: Matrix, metric: str, step: int) -> SeriesBlock:
    keys = tuple(SeriesKey.of(metric, {"hw.id": str(row)}) for row in range(len(values)))
    return _block(keys, values, step)


def _block(keys: tuple[SeriesKey, ...], values: Matrix, step: int) -> SeriesBlock:
    at = START + step * np.arange(values.shape[1])
    return SeriesBlock(keys, at, values, ~np.isnan(values), step)


def _flagged(detector: Detector, block: SeriesBlock) -> NDArray[np.bool_]:
    return np.asarray(detector.score(block).values > (detector.limit or np.inf))


def _rate(detector: Detector, block: SeriesBlock) -> float:
    """Alarms per series and week, of series that were scored."""
    scores = detector.score(block).values
    series = int(np.isfinite(scores).any(axis=1).sum())
    alarms = 0
    for row in scores > (detector.limit or np.inf):
        at = block.at[row]
        alarms += int((np.diff(at, prepend=-QUIET - 1) > QUIET).sum())
    return alarms / max(series, 1) / (block.at.size * block.step / WEEK)


def _delay(flagged: NDArray[np.bool_], unit: str) -> str:
    """How many were found, and the median number of cells until then."""
    hit = flagged.any(axis=1)
    when = f"{np.median(flagged.argmax(axis=1)[hit]) + 1:.0f} {unit}" if hit.any() else "-"
    return f"{hit.mean():.0%}, {when}"
