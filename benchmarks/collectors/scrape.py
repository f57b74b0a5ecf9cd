"""A fleet's exporters scraped over loopback and stored: how much of one core that takes."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import table
from collectors.scrape.collector import Scrape
from reinfra.config.sources.scrape import ScrapeSource
from reinfra.model import Batch, system_clock
from reinfra.store import Source, Store, open_store

TARGETS, SERIES, INTERVAL = 200, 500, 15.0
ROUNDS = 4

HEAD = f"""## {TARGETS} targets of {SERIES} series every {INTERVAL:.0f} s

vLLM pages served by another process, each target with a connection of its own that is kept; every page is
fetched, parsed, translated and written into SQLite in one transaction. Rounds follow each other without a
pause; the share of a core is the CPU time of a round, user and system, divided by {INTERVAL:.0f} s. The figure to
hold is less than 1."""


def run() -> Iterator[str]:
    yield HEAD
    with TemporaryDirectory() as folder, _exporters() as port, ExitStack() as stack:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}", create=True)
        stack.callback(store.engine.dispose)
        targets = [_target(i, port) for i in range(TARGETS)]
        for target in targets:
            stack.callback(target.close)
        rows = [_round(store, targets, i) for i in range(1 + ROUNDS)]
    columns = ("round", "samples", "wall, s", "CPU, s", "CPU a scrape, ms", "share of a core")
    yield table(columns, rows)


def _target(number: int, port: int) -> Scrape:
    url = f"http://127.0.0.1:{port}/{number}/metrics"
    given = {"name": f"target-{number}", "url": url, "labels": {"target": str(number)}}
    return Scrape.of(ScrapeSource.model_validate(given), system_clock)


def _round(store: Store, targets: list[Scrape], number: int) -> tuple[str, ...]:
    wall, cpu, samples = time.perf_counter(), time.process_time(), 0
    for target in targets:
        for each in target.collect():
            if isinstance(each, Batch):
                samples += store.write(each, Source(target.name)).accepted
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    name = "first: all series are new" if not number else str(number)
    figures = (f"{wall:.2f}", f"{cpu:.2f}", f"{1e3 * cpu / TARGETS:.1f}", f"{cpu / INTERVAL:.3f}")
    return (name, f"{samples:,}", *figures)


@contextmanager
def _exporters() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.collectors.exporters", str(SERIES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as server:
        try:
            line = server.stdout.readline() if server.stdout else b""
            yield int(line)
        finally:
            server.kill()
