"""From samples in the store to a scorecard: the CPU time of reading rollups and making every interval."""

import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reinfra.gaps.fleet_interval import fleet_gap
from reinfra.gaps.fleet_measures import log_ratio
from reinfra.gaps.live import Asked, compare_live
from reinfra.gaps.live_fleet import fleet_of
from reinfra.gaps.live_measures import live_measure
from reinfra.gaps.live_totals import Span
from reinfra.gaps.policy import default_policy
from reinfra.gaps.prices import Price
from reinfra.model import DAY, MINUTE, Batch
from reinfra.signals import find
from reinfra.store import Source, Store, open_store
from reinfra.store.seal import seal

BEGIN = 1_790_000_000_000 // DAY * DAY
DAYS, NODES, TENTH = 30, 1_000, 10
SIGNALS = {
    "hw.gpu.utilization": {},
    "gen_ai.server.token.rate": {"gen_ai.token.type": "output"},
}
MEASURES = ("busy", "tokens_per_dollar")
CADENCE = MINUTE


@dataclass(frozen=True, slots=True)
class Taken:
    """CPU seconds of this process, wall seconds, and its largest resident size in bytes."""

    samples: int
    nodes: int
    filled: float
    cpu: float
    wall: float
    memory: int
    judged: int


def tenth() -> Taken:
    """A hundred nodes over thirty days, through the store."""
    with tempfile.TemporaryDirectory() as folder:
        until = BEGIN + DAYS * DAY
        store = open_store(
            f"sqlite:///{Path(folder) / 'bench.db'}", clock=lambda: until, create=True
        )
        begun = time.perf_counter()
        samples = sum(_fill(store))
        filled = time.perf_counter() - begun
        start, cpu = time.perf_counter(), time.process_time()
        judged = _scorecard(store, Span(BEGIN, until))
        spent = time.process_time() - cpu, time.perf_counter() - start
        store.engine.dispose()
    memory = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Taken(samples, NODES // TENTH, filled, *spent, memory, judged)


def intervals() -> float:
    """CPU seconds of one interval between fleets of 500 nodes each over thirty days of hourly totals."""
    rng = np.random.default_rng(1)
    pair = rng.lognormal(0, 0.3, (2, NODES // 2, 24 * DAYS, 2))
    begun = time.process_time()
    fleet_gap(log_ratio(0, 1), pair[0], pair[1])
    return time.process_time() - begun


def _fill(store: Store) -> Iterator[int]:
    """Day by day, sealed as they come, which makes the rollups. The clock stands at the end."""
    rng = np.random.default_rng(2)
    keys = tuple(
        signal.key({"host.name": f"n{node:04}", **labels})
        for node in range(NODES // TENTH)
        for name, labels in SIGNALS.items()
        if (signal := find(name))
    )
    ticks = np.arange(0, DAY, CADENCE)
    for day in range(DAYS):
        at = np.tile(BEGIN + day * DAY + ticks, len(keys))
        series = np.repeat(np.arange(len(keys), dtype=np.int32), ticks.size)
        value = np.round(rng.lognormal(0, 0.3, at.size), 2)
        store.write(Batch(keys, series, at, value), Source("bench"))
        yield at.size
    seal(store, everything=True)


def _scorecard(store: Store, span: Span) -> int:
    types = {f"n{k:04}": f"kind{k % 2}" for k in range(NODES)}
    prices = {f"kind{k}": Price(10.0 * (k + 1), "made") for k in (0, 1)}
    ours, theirs = (fleet_of(f"kind{k}", types, default_policy()) for k in (0, 1))
    asked = Asked(ours, theirs, span, prices)
    found = [compare_live(store, live_measure(name), asked) for name in MEASURES]
    return sum(one.gap.figure.low is not None for one in found)


if __name__ == "__main__":
    print(tenth(), intervals())
