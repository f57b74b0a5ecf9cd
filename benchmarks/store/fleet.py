"""The fleet that the stores are measured on: 100 hosts with 20 series each, seeded, at 15 s.

40 hosts look like DCGM, 30 like Neuron, 30 like vLLM with histogram buckets. One scrape in 300 is lost,
and every second host is scraped with jitter. Bytes per sample depend on this mix: a full double such as
a power reading costs five times what a counter of whole numbers does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.model import SECOND, Batch, Kind, SeriesKey

CADENCE = 15 * SECOND
LOST = 0.003
IDLE, RARE = 0.05, 1e-4
SERIES_PER_HOST = 20


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """`value[t, s]` of series `keys[s]` at `at[t, h]`, host `h` = s // 20; `present[t, h]`: not lost."""

    keys: tuple[SeriesKey, ...]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    present: NDArray[np.bool_]

    @property
    def samples(self) -> int:
        return int(self.present.sum()) * SERIES_PER_HOST

    def scrapes(self) -> Iterator[Batch]:
        """One batch a tick, as a collector would write it."""
        hosts = np.repeat(np.arange(self.at.shape[1]), SERIES_PER_HOST)
        everything = np.arange(len(self.keys), dtype=np.int32)
        for tick in range(self.at.shape[0]):
            kept = self.present[tick][hosts]
            yield Batch(
                self.keys,
                everything[kept],
                self.at[tick][hosts][kept],
                self.value[tick][kept],
            )


def make(hosts: int, hours: float, until: int, seed: int = 1) -> Fleet:
    """The fleet's last `hours` before `until` (ms)."""
    rng = np.random.default_rng(seed)
    ticks = int(hours * 3_600_000 / CADENCE)
    grid = (until // CADENCE - ticks + np.arange(ticks)) * CADENCE
    at = np.repeat(grid[:, None], hosts, axis=1)
    at[:, ::2] += rng.integers(0, 800, (ticks, -(-hosts // 2)))
    kinds = [_dcgm, _dcgm, _neuron, _vllm, _dcgm, _neuron, _vllm, _dcgm, _neuron, _vllm]
    keys: list[SeriesKey] = []
    columns: list[NDArray[np.float64]] = []
    for host in range(hosts):
        named = kinds[host % len(kinds)](rng, ticks)
        keys += [_key(metric, labels, kind, host) for metric, labels, kind, _ in named]
        columns += [value for *_, value in named]
    return Fleet(tuple(keys), at, np.stack(columns, axis=1), rng.random((ticks, hosts)) >= LOST)


Named = list[tuple[str, dict[str, str], Kind, NDArray[np.float64]]]


def _key(metric: str, labels: dict[str, str], kind: Kind, host: int) -> SeriesKey:
    about = {"host.name": f"host-{host:04d}", "region": f"r{host % 3}", "job": "bench"}
    return SeriesKey.of(metric, labels | about, kind)


def _load(rng: np.random.Generator, ticks: int) -> NDArray[np.float64]:
    """How busy a device is, 0 to 1: a day's curve, noise, and idle stretches."""
    day = 0.5 + 0.3 * np.sin(np.arange(ticks) / 5760 * 2 * np.pi + rng.uniform(0, 6))
    busy = np.clip(day + rng.normal(0, 0.08, ticks), 0, 1)
    busy[rng.random(ticks) < IDLE] = 0.0
    return busy


def _dcgm(rng: np.random.Generator, ticks: int) -> Named:
    found: Named = []
    for gpu in range(2):
        load, label = _load(rng, ticks), {"hw.id": str(gpu)}
        power = 80 + 600 * load + rng.normal(0, 4, ticks)
        walk = np.cumsum(rng.integers(-1, 2, ticks))
        found += [
            ("hw.gpu.utilization", label, Kind.GAUGE, np.round(load, 2)),
            ("hw.power", label, Kind.GAUGE, np.round(power, 3)),
            ("hw.energy", label, Kind.COUNTER, np.floor(np.cumsum(power) * 15_000) / 1000),
            ("hw.temperature", label, Kind.GAUGE, np.round(35 + 40 * load)),
            ("hw.gpu.memory.usage", label, Kind.GAUGE, (6e10 + 2**20 * walk).astype(np.float64)),
            ("hw.gpu.clock", label, Kind.GAUGE, 1980.0 - 15 * np.round(8 * load)),
            ("hw.gpu.tensor.active", label, Kind.GAUGE, load * rng.uniform(0.5, 0.7, ticks)),
            ("hw.gpu.io.rx", label, Kind.COUNTER, np.cumsum(np.floor(load * 4e9))),
            (
                "hw.errors.ecc",
                label,
                Kind.COUNTER,
                np.cumsum(rng.random(ticks) < RARE).astype(float),
            ),
            ("hw.gpu.xid", label, Kind.LATCHED, np.zeros(ticks)),
        ]
    return found


def _neuron(rng: np.random.Generator, ticks: int) -> Named:
    found: Named = []
    for core in range(4):
        load, label = _load(rng, ticks), {"hw.id": str(core)}
        done = np.cumsum(rng.poisson(40 * load))
        found += [
            ("neuron.core.utilization", label, Kind.GAUGE, np.round(100 * load, 6) / 100),
            ("neuron.memory.usage", label, Kind.GAUGE, 1.2e10 + 4096.0 * np.round(1e5 * load)),
            ("neuron.execution.success", label, Kind.COUNTER, done.astype(float)),
            ("neuron.execution.errors", label, Kind.COUNTER, np.zeros(ticks)),
            ("neuron.execution.latency", label, Kind.GAUGE, 0.02 * (1 + rng.gamma(2, 0.1, ticks))),
        ]
    return found


def _vllm(rng: np.random.Generator, ticks: int) -> Named:
    load = _load(rng, ticks)
    found: Named = [
        ("vllm.requests.running", {}, Kind.GAUGE, np.round(64 * load)),
        ("vllm.requests.waiting", {}, Kind.GAUGE, np.round(10 * np.maximum(load - 0.8, 0))),
        ("vllm.cache.usage", {}, Kind.GAUGE, load * 0.93),
        (
            "vllm.tokens.generated",
            {},
            Kind.COUNTER,
            np.cumsum(rng.poisson(3e4 * load)).astype(float),
        ),
    ]
    arrived = rng.poisson(20 * load[:, None] * np.diff(np.linspace(0, 1, 16)) ** 1)
    buckets = np.cumsum(np.cumsum(arrived, axis=1), axis=0).astype(float)
    bounds = [f"{0.05 * 1.5**i:.4g}" for i in range(14)] + ["+Inf"]
    found += [
        ("vllm.ttft.bucket", {"le": bound}, Kind.HISTOGRAM, buckets[:, i])
        for i, bound in enumerate(bounds)
    ]
    latency = np.cumsum(arrived.sum(axis=1) * rng.gamma(4, 0.1, ticks))
    return [*found, ("vllm.ttft.sum", {}, Kind.COUNTER, latency)]
