"""A small SIMULATED fleet whose faults are known, to see that each finds its way to the detector meant for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.model import DAY, HOUR, MINUTE, Batch, SeriesKey
from reinfra.signals import find
from reinfra.store import Source, Store

END = 1_750_118_400_000 + 30 * MINUTE  # 2025-06-17T00:30:00Z
FAULT = END - 6 * HOUR
GPUS = 6

STRAGGLER, DEAD, FAILING, SLOW, LEAK, WORSE = "2", "4", "5", "slow", "leak", "worse"
"""Labels of what goes wrong."""


def _key(metric: str, **labels: str) -> SeriesKey:
    signal = find(metric)
    assert signal is not None
    return signal.key({name.replace("_", "."): value for name, value in labels.items()})


@dataclass(frozen=True, slots=True)
class Fleet:
    """One host of GPUs, two services, two hosts' memory, two graded sets; each time one is healthy."""

    faults: bool
    seed: int = 0

    def fill(self, store: Store) -> None:
        rng = np.random.default_rng(self.seed)
        batches = [*self._gpus(rng), *self._services(rng), *self._memory(rng), *self._graded(rng)]
        store.write(Batch.concat(batches), Source("fleet"))

    def _gpus(self, rng: np.random.Generator) -> list[Batch]:
        """A day and a half of clocks under one load; one is slow for six hours, one falls silent."""
        at = np.arange(END - 36 * HOUR, END, MINUTE)
        load = 1.6e9 + 2e8 * np.sin(2 * np.pi * at / (3 * HOUR)) + _walk(rng, at.size, 3e6)
        found = []
        for gpu in map(str, range(GPUS)):
            clock = load + rng.normal(0, 1e7, at.size) + 1e7 * int(gpu)
            if self.faults and gpu == STRAGGLER:
                clock = np.where(at >= FAULT, 0.93 * clock, clock)
            until = FAULT if self.faults and gpu == DEAD else END
            there = at < until
            key = _key("hw.gpu.clock.sm", host_name="a", hw_id=gpu)
            found.append(Batch.of_series(key, at[there], clock[there]))
            events = np.zeros(at.size)
            events[at == FAULT] = float(self.faults and gpu == FAILING)
            key = _key("hw.gpu.xid.events", host_name="a", hw_id=gpu, nvidia_xid="79")
            found.append(Batch.of_series(key, at[there], events[there]))
        return found

    def _services(self, rng: np.random.Generator) -> list[Batch]:
        """Three days of latency that follows its load; of one it rises while the load stays as it was."""
        at = np.arange(END - 3 * DAY, END, MINUTE)
        found = []
        for name in ("well", SLOW):
            rate = 10 + 4 * np.sin(2 * np.pi * at / DAY) + rng.normal(0, 0.3, at.size)
            took = 0.2 * rate * np.exp(rng.normal(0, 0.05, at.size))
            if self.faults and name == SLOW:
                took = np.where(at >= FAULT, 2.2 * took, took)
            for metric, value in (
                ("gen_ai.server.request.duration", took),
                ("gen_ai.server.request.rate", rate),
            ):
                found.append(Batch.of_series(_key(metric, service_name=name), at, value))
        return found

    def _memory(self, rng: np.random.Generator) -> list[Batch]:
        """Eighteen days of memory by the hour; on one host a leak fills it within the next days."""
        at = np.arange(END - 18 * DAY, END, HOUR) // HOUR * HOUR
        found = []
        for name in ("well", LEAK):
            used = 4e11 + 2e9 * np.sin(2 * np.pi * at / DAY) + rng.normal(0, 1e9, at.size)
            if self.faults and name == LEAK:
                used = used + 2e10 * (at - at[0]) / DAY
            found += [
                Batch.of_series(_key("system.memory.usage", host_name=name), at, used),
                Batch.of_series(_key("system.memory.limit", host_name=name), at, 0 * used + 8e11),
            ]
        return found

    def _graded(self, rng: np.random.Generator) -> list[Batch]:
        """Four days of fifty graded answers an hour; the share that passes falls from 90 % to 65 %."""
        at = np.arange(END - 4 * DAY, END, HOUR)
        found = []
        for name in ("well", WORSE):
            share = np.where((at >= FAULT) & (self.faults and name == WORSE), 0.65, 0.9)
            passed = rng.binomial(50, share).astype(np.float64)
            trials = np.full(at.size, 50.0)
            for metric, value in (
                ("reinfra.quality.successes", passed),
                ("reinfra.quality.trials", trials),
            ):
                found.append(Batch.of_series(_key(metric, set=name), at, value))
        return found


def _walk(rng: np.random.Generator, size: int, step: float) -> NDArray[np.float64]:
    return np.cumsum(rng.normal(0, step, size))
