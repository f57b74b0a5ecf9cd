"""Faults planted in a simulated fleet: which are found, by what, and what else is called strange."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from benchmarks.detection.baselines import RollingSigma
from benchmarks.detection.blocks import read
from benchmarks.detection.methods import Method, fixed, ours
from benchmarks.detection.tally import Tally, Windows, judged
from benchmarks.results import cores, table
from collectors.simulator import Fault, FaultKind, Simulator
from detectors.labels import Window, verify
from detectors.staleness import Staleness
from reinfra.model import DAY, HOUR, Anomaly, Batch, SeriesBlock

SINCE = 1_767_225_600_000 + 12 * HOUR  # 2026-01-01T12:00:00Z
SPAN = 3 * DAY
HOSTS, SEEDS = 16, range(3)
SILENCE = "staleness"

HEAD = f"""## Planted faults in a simulated fleet

SIMULATED: {HOSTS} hosts, three days, seeds 0 to 2. It shows that the machinery works, not how well it does on
real systems. Found of planted, by kind: an anomaly of one of the fault's own series overlaps it. False:
every anomaly outside the faults of its series, their aftermath included."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """One simulated fleet: as it was collected, and as it is read back."""

    batch: Batch
    blocks: tuple[SeriesBlock, ...]
    faults: tuple[Fault, ...]

    @property
    def windows(self) -> Windows:
        """No series has two faults."""
        return {
            key: [Window(fault.since, fault.until)] for fault in self.faults for key in fault.series
        }


@dataclass(frozen=True, slots=True)
class Result:
    """One detector on one fleet: kinds of the faults found, false anomalies, judged series-weeks."""

    detector: str
    found: tuple[FaultKind, ...]
    false: int
    weeks: float


def run() -> Iterator[str]:
    yield HEAD
    with ProcessPoolExecutor(min(cores(), len(SEEDS)), get_context("spawn")) as pool:
        seeds = list(pool.map(of_seed, SEEDS))
    planted = Counter(kind for kinds, _ in seeds for kind in kinds)
    rows = [_row(results, planted) for results in zip(*(each for _, each in seeds), strict=True)]
    yield table(("detector", *planted, "all", "false", "false per series-week"), rows)


def of_seed(seed: int) -> tuple[list[FaultKind], list[Result]]:
    """The kinds that were planted, and what each detector made of them."""
    fleet = _fleet(seed)
    methods = (ours(), fixed(RollingSigma(), 3.0))
    results = [*(_scored(method, fleet) for method in methods), _silent(fleet)]
    return [fault.kind for fault in fleet.faults], results


def _fleet(seed: int) -> Fleet:
    simulator = Simulator(since=SINCE, until=SINCE + SPAN, hosts=HOSTS, seed=seed)
    batches = list(simulator.collect())
    blocks = read(batches, lambda: SINCE + SPAN)
    return Fleet(Batch.concat(batches), tuple(blocks), simulator.faults)


def _scored(method: Method, fleet: Fleet) -> Result:
    anomalies: list[Anomaly] = []
    false, weeks = 0, 0.0
    for block in fleet.blocks:
        scores = method.detector.score(block)
        thresholds = method.thresholds(block, scores)
        found = method.find(block, scores, thresholds)
        tally = Tally.of(block, judged(scores, thresholds), found, fleet.windows)
        anomalies += found
        false, weeks = false + tally.false, weeks + tally.weeks
    return Result(method.label, _kinds(fleet.faults, anomalies), false, weeks)


def _silent(fleet: Fleet) -> Result:
    """Silence is judged from the first sample on, of every series."""
    anomalies = Staleness().find(fleet.batch, SINCE + SPAN)
    windows = fleet.windows
    false = sum(len(verify([one], windows.get(one.key, ())).false) for one in anomalies)
    weeks = len(np.unique(fleet.batch.series)) * SPAN / (7 * DAY)
    return Result(SILENCE, _kinds(fleet.faults, anomalies), false, weeks)


def _kinds(faults: Iterable[Fault], anomalies: Sequence[Anomaly]) -> tuple[FaultKind, ...]:
    return tuple(fault.kind for fault in faults if any(_shows(one, fault) for one in anomalies))


def _shows(anomaly: Anomaly, fault: Fault) -> bool:
    overlaps = anomaly.since <= fault.until and fault.since <= anomaly.until
    return overlaps and anomaly.key in fault.series


def _row(results: Sequence[Result], planted: Counter[FaultKind]) -> tuple[str, ...]:
    """One detector over all seeds."""
    found = Counter(kind for each in results for kind in each.found)
    false, weeks = sum(each.false for each in results), sum(each.weeks for each in results)
    kinds = (f"{found[kind]} of {count}" for kind, count in planted.items())
    whole = f"{found.total()} of {planted.total()}"
    return (results[0].detector, *kinds, whole, str(false), f"{false / weeks:.2f}")
