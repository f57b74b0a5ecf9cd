"""Latency beside its load, and the sensors of one host: simulated services, thresholds made as in a run."""

from collections.abc import Iterator

import numpy as np

from benchmarks.detection.slow_series import START
from benchmarks.results import table
from detectors.base import Detector, Floats
from detectors.episodes import Episodes
from detectors.latency import Latency
from detectors.multivariate import Multivariate
from detectors.threshold import FalseAlarmRate
from reinfra.model import DAY, MINUTE, Anomaly, SeriesBlock, SeriesKey

SERVICES, STEP, DAYS = 20, 5 * MINUTE, 28
A_DAY = DAY // STEP
FAULT = slice(25 * A_DAY + 100, 25 * A_DAY + 112)
JUDGED_FROM = 14 * A_DAY
SENSORS = 16

HEAD = f"""### Beside others

SIMULATED: {SERVICES} services of {DAYS} days at 5 minutes, a queue that slows with its load; {SERVICES} hosts of
{SENSORS} sensors with three common causes, and two commands. One hour is changed on day 26, at any time of its
wave of load; thresholds aim at 0.25 false alarms per series and week; the last two weeks are judged."""


def run() -> Iterator[str]:
    yield HEAD
    rows = [
        _latency("nothing", 1.0, 1.0),
        _latency("slower by half", 1.5, 1.0),
        _latency("twice as slow", 2.0, 1.0),
        _latency("load x 1.5 (busier)", 1.0, 1.5),
        _latency("load x 2.5 (beyond what was seen)", 1.0, 2.5),
    ]
    yield table(("changed", "latency: found", "latency-load: found", "false, both"), rows)
    rows = [_sensors(size) for size in (0.0, 1.0, 3.0)]
    yield table(
        ("a sensor is off by (sd of its own)", "found", "named first", "false per series-week"),
        rows,
    )


def _latency(what: str, slower: float, busier: float) -> tuple[str, ...]:
    cells, false = [], []
    for detector in (Latency(), Latency(busy=True)):
        hit = wrong = 0
        for seed in range(SERVICES):
            inside, outside = _judge(detector, _service(seed, slower, busier))
            hit, wrong = hit + bool(inside), wrong + len(outside)
        cells.append(f"{hit} of {SERVICES}")
        false.append(f"{wrong / SERVICES / 2:.2f}")
    return what, *cells, ", ".join(false)


def _sensors(size: float) -> tuple[str, ...]:
    hit = named = wrong = 0
    for seed in range(SERVICES):
        block = _host(seed, size)
        inside, outside = _judge(Multivariate(), block)
        mine = [one for one in inside if one.key == block.keys[0]]
        hit, wrong = hit + bool(mine), wrong + len(outside)
        parts = Multivariate().contributions(block, 0, FAULT.start + 2) if mine else []
        named += bool(parts) and parts[0][0] == 0
    return f"{size:g}", f"{hit} of {SERVICES}", str(named), f"{wrong / SERVICES / SENSORS / 2:.2f}"


def _judge(detector: Detector, block: SeriesBlock) -> tuple[list[Anomaly], list[Anomaly]]:
    """What is found in the fault, and what elsewhere in the time that is judged."""
    scores = detector.score(block)
    if detector.limit is None:
        thresholds = FalseAlarmRate(per_week=0.25).thresholds(block, scores)
    else:
        thresholds = np.full(scores.values.shape, detector.limit)
    found = Episodes(detector.name).find(block, scores, thresholds)
    since, until = block.at[FAULT.start], block.at[FAULT.stop]
    late = [one for one in found if one.until >= block.at[JUDGED_FROM]]
    inside = [one for one in late if one.since <= until and one.until >= since]
    return inside, [one for one in late if one not in inside]


def _service(seed: int, slower: float, busier: float) -> SeriesBlock:
    rng = np.random.default_rng(seed)
    points = DAYS * A_DAY
    wave = 1.2 + np.sin(2 * np.pi * (np.arange(points) / A_DAY + rng.random()))
    load = 40 * wave * np.exp(_wander(rng, (1, points), 0.1)[0])
    load[FAULT] *= busier
    duration = 0.2 / (1 - np.minimum(load / 150, 0.95)) * np.exp(_wander(rng, (1, points), 0.1)[0])
    duration[FAULT] *= slower
    labels = {"service.name": "chat"}
    keys = (
        SeriesKey.of("gen_ai.server.request.duration", labels, unit="s"),
        SeriesKey.of("gen_ai.server.request.rate", labels, unit="{request}/s"),
    )
    return _block(keys, np.stack([duration, load]))


def _host(seed: int, size: float) -> SeriesBlock:
    rng = np.random.default_rng(seed)
    points = DAYS * A_DAY
    causes = _wander(rng, (3, points), 1.0, 0.999)
    sensors = rng.normal(size=(SENSORS, 3)) @ causes + _wander(rng, (SENSORS, points), 0.2)
    sensors[0, FAULT] += size * sensors[0].std()
    commands = (rng.random((2, points)) < 0.01).astype(float)  # noqa: PLR2004 - one sample in a hundred
    keys = tuple(SeriesKey.of(f"sensor.{n}", {"host.name": "a"}) for n in range(SENSORS + 2))
    return _block(keys, np.concatenate([sensors, commands]))


def _wander(
    rng: np.random.Generator, shape: tuple[int, int], size: float, alike: float = 0.7
) -> Floats:
    """First-order autoregressions of standard deviation `size`."""
    x = rng.normal(0, size, shape)
    x[:, 1:] *= np.sqrt(1 - alike**2)
    for point in range(1, shape[1]):
        x[:, point] += alike * x[:, point - 1]
    return x


def _block(keys: tuple[SeriesKey, ...], values: Floats) -> SeriesBlock:
    at = START + STEP * np.arange(values.shape[1])
    return SeriesBlock(keys, at, values, np.ones(values.shape, bool), STEP)
