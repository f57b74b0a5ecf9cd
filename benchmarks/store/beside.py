"""python -m benchmarks.store.beside: a writer, a reader, an acknowledger and a sealer on one database.

The writer commits 2,000 samples ten times a second, the reader loops over the last hour of everything, the
acknowledger commits a small row every 20 ms, the sealer seals and re-seals what comes late. Zero errors, and
acknowledgements within 250 ms at the 99th percentile and no lock of the sealer for longer are to hold. The
reader is measured alone before.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.queues import Queue
from typing import Any

import numpy as np
from sqlalchemy import text

from benchmarks.store.fleet import make
from reinfra.model import DAY, HOUR, ReinfraError
from reinfra.store import Selector, Source, Store, open_store
from reinfra.store.check import check
from reinfra.store.columns import BLOCK
from reinfra.store.seal import seal

END = 1_700_000_000_000 // BLOCK * BLOCK + BLOCK // 2
_BOUND_MS = 250


def looped(url: str, seconds: float, act: Callable[[Store, int], float], out: "Queue[Any]") -> None:
    """Act until the time is over; milliseconds of each act and the errors go out."""
    store = open_store(url, clock=lambda: END + DAY)
    held: list[float] = []
    store.write_locked = timed(store.write_locked, held)  # type: ignore[method-assign]
    taken, errors, work = [], [], 0.0
    deadline, number = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        begin = time.perf_counter()
        try:
            work += act(store, number)
        except ReinfraError as error:
            errors.append(str(error))
        taken.append((time.perf_counter() - begin) * 1e3)
        number += 1
        time.sleep(max(PAUSE_S[act.__name__] - (time.perf_counter() - begin), 0))
    out.put((act.__name__, taken, errors, work, held))


def timed(
    lock: Callable[[], AbstractContextManager[None]], held: list[float]
) -> Callable[[], AbstractContextManager[None]]:
    """The lock, and in `held` for how many milliseconds it was held each time."""

    @contextmanager
    def timing() -> Iterator[None]:
        with lock():
            begin = time.perf_counter()
            yield
            held.append((time.perf_counter() - begin) * 1e3)

    return timing


PAUSE_S = {"write": 0.1, "read": 0.0, "acknowledge": 0.02, "sealing": 2.0}
FLEET = make(100, 2, END, seed=2)
BATCHES = list(FLEET.scrapes())


def write(store: Store, number: int) -> float:
    written = store.write(BATCHES[number % len(BATCHES)], Source(f"bench{number // len(BATCHES)}"))
    return float(written.accepted)


def read(store: Store, _number: int) -> float:
    found = store.samples(store.series(Selector()), END - HOUR, END)
    return float(sum(at.size for at in found.at))


def acknowledge(store: Store, number: int) -> float:
    with store.writing() as connection:
        statement = text("UPDATE source SET cursor = :c WHERE name = 'acknowledged'")
        connection.execute(statement, {"c": str(number)})
    return 1.0


def sealing(store: Store, _number: int) -> float:
    return float(seal(store).samples)


def together(url: str, seconds: float, *acts: Callable[[Store, int], float]) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    out: Queue[Any] = context.Queue()
    running = [context.Process(target=looped, args=(url, seconds, act, out)) for act in acts]
    for one in running:
        one.start()
    found = {name: rest for name, *rest in (out.get() for _ in running)}
    for one in running:
        one.join()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store.beside")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--url", help="a PostgreSQL database; a SQLite file of its own else")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-beside-") as folder:
        url = given.url or f"sqlite:///{folder}/reinfra.db"
        store = open_store(url, clock=lambda: END + DAY, create=True)
        for batch in BATCHES[240:]:
            store.write(batch, Source("before"))
        store.write(BATCHES[0], Source("acknowledged"))
        alone = together(url, given.seconds / 4, read)
        found = together(url, given.seconds, write, read, acknowledge, sealing)
        load = " ".join(f"{one:.1f}" for one in os.getloadavg())
        print(f"load {load}\n")
        print("| | n | p50 ms | p99 ms | max ms | errors | longest lock ms |")
        print("|---|---|---|---|---|---|---|")
        for name, (taken, errors, _, held) in found.items():
            p50, p99 = np.quantile(taken, [0.5, 0.99])
            numbers = f"{p50:.1f} | {p99:.1f} | {max(taken):.1f} | {len(errors)}"
            print(f"| {name} | {len(taken)} | {numbers} | {max(held, default=0):.1f} |")
        rates = [
            sum(one["read"][0]) and one["read"][2] / sum(one["read"][0]) / 1e3
            for one in (alone, found)
        ]
        print(f"\nreader: {rates[0]:.2f} M samples/s alone, {rates[1]:.2f} together")
        wrong = [error for _, errors, *_ in found.values() for error in errors]
        wrong += check(store).problems
        short = max(found["sealing"][3], default=0) < _BOUND_MS
        fast = np.quantile(found["acknowledge"][0], 0.99) < _BOUND_MS
        print("holds" if not wrong and short and fast else f"**falls short** {wrong[:3]}")


if __name__ == "__main__":
    main()
