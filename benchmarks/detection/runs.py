"""A scheduled run over a fleet: seconds from the store to anomalies, against how much is new."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import func, select

from benchmarks.results import table
from reinfra.batch.detect import Request, detect
from reinfra.config import load_settings
from reinfra.model import DAY, HOUR, MINUTE, Batch, SeriesKey
from reinfra.store import Source, Store, open_store
from reinfra.store.schema import detector_state

STEP = 5 * MINUTE
SERIES, METRICS, GPUS = 10_000, 4, 8
END = 1_767_225_600_000 + 7 * HOUR
NEW = (1, 1, 2, 4)

HEAD = f"""## A run over {SERIES:,} series

SIMULATED: noise in {METRICS} metrics of {SERIES // METRICS:,} GPUs, eight to a host, a day of history,
a sample every five minutes, SQLite. No detector named: autoregression with thresholds, siblings, silences;
from opening the run to its end, states written. Cells new: per series. The first run scores the whole day.
One process."""


@dataclass(slots=True)
class Hand:
    """A clock."""

    at: int

    def __call__(self) -> int:
        return self.at


def run(series: int = SERIES) -> Iterator[str]:
    yield HEAD
    with TemporaryDirectory() as folder:
        clock = Hand(END)
        store = open_store(f"sqlite:///{Path(folder) / 'runs.db'}", clock=clock, create=True)
        keys = tuple(
            SeriesKey.of(
                f"test.metric.{n % METRICS}",
                {"host.name": f"h{n // METRICS // GPUS}", "hw.id": f"gpu{n // METRICS % GPUS}"},
            )
            for n in range(series)
        )
        rng = np.random.default_rng(0)
        for at in range(END - DAY, END, STEP):
            _write(store, keys, at, rng)
        rows = [("first", *_seconds(store, clock))]
        for new in NEW:
            for _ in range(new):
                _write(store, keys, clock.at, rng)
                clock.at += STEP
            rows.append((str(new), *_seconds(store, clock)))
        yield table(("cells new", "seconds", "CPU seconds"), rows)
        yield _sizes(store)
        store.engine.dispose()


def _write(store: Store, keys: tuple[SeriesKey, ...], at: int, rng: np.random.Generator) -> None:
    values = rng.normal(10, 1, len(keys)).tolist()
    store.write(Batch.at_instant(at, zip(keys, values, strict=True)), Source("fleet"))


_numbers = count()


def _seconds(store: Store, clock: Hand) -> tuple[str, str]:
    wall, cpu = time.perf_counter(), time.process_time()
    detect(store, load_settings(), Request(), clock=clock, ids=lambda: f"run-{next(_numbers)}")
    return f"{time.perf_counter() - wall:.1f}", f"{time.process_time() - cpu:.1f}"


def _sizes(store: Store) -> str:
    c = detector_state.c
    short = func.avg(func.length(c.near) + func.length(c.level_near) + func.length(c.tail))
    long = func.avg(func.length(c.deep) + func.length(c.level_deep))
    with store.reading() as connection:
        near, deep = connection.execute(select(short, long)).one()
    return (
        f"State of a series: {near:,.0f} bytes that each run reads and writes, and {deep:,.0f} that are "
        "opened every six hours and at midnight."
    )


if __name__ == "__main__":
    for part in run(int(sys.argv[1]) if len(sys.argv) > 1 else SERIES):
        print(part, end="\n\n")
