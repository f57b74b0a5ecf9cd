"""python -m benchmarks.store.sealers: one sealer, then two and four, on the same frames in PostgreSQL."""

import multiprocessing
import os
import time

from sqlalchemy import text

from benchmarks.store.fleet import make
from benchmarks.store.postgres import END, server
from reinfra.model import HOUR
from reinfra.store import Source, open_store
from reinfra.store.engine import database_url
from reinfra.store.seal import seal

FLEET = make(100, 2, END, seed=2)


def work(url: str, ready: "multiprocessing.Barrier", done: "multiprocessing.Queue[float]") -> None:  # type: ignore[valid-type]
    store = open_store(url, clock=lambda: END + HOUR)
    ready.wait()  # type: ignore[attr-defined]
    begin = time.perf_counter()
    seal(store)
    done.put(time.perf_counter() - begin)


def seconds(url: str, processes: int) -> float:
    """Until the last of so many sealers is done with a database of its own."""
    name = f"sealers_{processes}"
    own = database_url(url).set(database=name).render_as_string(hide_password=False)
    admin = open_store(url, create=True)
    with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as link:
        link.execute(text(f"CREATE DATABASE {name}"))
    store = open_store(own, clock=lambda: END, create=True)
    for batch in FLEET.scrapes():
        store.write(batch, Source("bench"))
    store.engine.dispose()
    admin.engine.dispose()
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(processes), context.Queue()
    running = [context.Process(target=work, args=(own, ready, done)) for _ in range(processes)]
    for one in running:
        one.start()
    taken = [done.get() for _ in running]
    for one in running:
        one.join()
    return float(max(taken))


def main() -> None:
    print(f"{FLEET.samples:,} samples, load {os.getloadavg()[0]:.1f}\n\n| sealers | s |\n|---|---|")
    with server() as (url, _):
        for processes in (1, 2, 4):
            print(f"| {processes} | {seconds(url, processes):.2f} |", flush=True)


if __name__ == "__main__":
    main()
