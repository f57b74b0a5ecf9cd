"""python -m benchmarks.store: ours and its peers on one fleet, interleaved, as ratios."""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.store.fleet import Fleet, make
from benchmarks.store.ours import Ours
from benchmarks.store.peers import Peer, Rows, prometheus, victoria_metrics
from reinfra.model import HOUR, MINUTE
from reinfra.store.columns import BLOCK

END = 1_700_000_000_000 // BLOCK * BLOCK
OURS, ROWS, VM, PROM = "reinfra", "SQLite rows", "VictoriaMetrics", "Prometheus"
SEAL_EVERY = 240  # scrapes: an hour
SOME = "neuron.core.utilization"


@dataclass(frozen=True, slots=True)
class Floor:
    """Ours over the peer's, as a share (at most) or the peer's over ours, as a factor (at least)."""

    question: str
    peer: str
    bound: float
    at_least: bool

    def line(self, table: dict[str, dict[str, float]]) -> str:
        ours, peer = table[self.question].get(OURS), table[self.question].get(self.peer)
        if ours is None or peer is None:
            return f"| {self.question} | {self.peer} | - | - | not measured |"
        ratio = peer / ours if self.at_least else ours / peer
        holds = ratio >= self.bound if self.at_least else ratio <= self.bound
        sign = ">=" if self.at_least else "<="
        return (
            f"| {self.question} | {self.peer} | {ratio:.3g}x | {sign} {self.bound:g}x | "
            f"{'holds' if holds else '**falls short**'} |"
        )


INGEST, DISK = "ingest and seal, CPU us/sample", "disk, bytes/sample"
SEALED, HOT = "6 h of all series, ms", "6 h of all series, 4 h of it hot, ms"
ONE, MINUTES, TOTAL = (
    "one series, all hours, ms",
    "1 min mean and p95 of one metric, ms",
    "sum of all, ms",
)
FLOORS = [
    Floor(INGEST, ROWS, 0.35, at_least=False),
    Floor(INGEST, PROM, 0.5, at_least=False),
    Floor(INGEST, VM, 1.3, at_least=False),
    Floor(DISK, ROWS, 0.15, at_least=False),
    Floor(DISK, PROM, 0.65, at_least=False),
    Floor(DISK, VM, 1.15, at_least=False),
    Floor(SEALED, VM, 10, at_least=True),
    Floor(SEALED, ROWS, 10, at_least=True),
    Floor(SEALED, PROM, 50, at_least=True),
    Floor(HOT, VM, 3, at_least=True),
    Floor(ONE, VM, 3, at_least=True),
    Floor(MINUTES, VM, 5, at_least=True),
    Floor(TOTAL, VM, 0.5, at_least=True),
]


@dataclass(slots=True)
class Bench:
    fleet: Fleet
    hours: float
    rounds: int
    peers: list[Any]
    now: list[int]
    table: dict[str, dict[str, float]] = field(default_factory=dict)

    def run(self) -> None:
        self.ingest()
        span = (END - 6 * HOUR, END)
        self.ask(HOT, lambda peer: peer.everything(*span))
        self.now[0] = END + 10 * MINUTE
        for peer in self.peers:
            peer.finish()
        self.table[INGEST] = {p.name: p.cpu() / self.fleet.samples * 1e6 for p in self.peers}
        self.table[DISK] = {p.name: p.disk() / self.fleet.samples for p in self.peers}
        self.ask(SEALED, lambda peer: peer.everything(*span))
        since = END - int(self.hours * HOUR)
        key = self.fleet.keys[len(self.fleet.keys) // 2]
        self.ask(ONE, lambda peer: peer.one(key, since, END), times=10)
        self.ask(MINUTES, lambda peer: peer.minutes(SOME, since, END))
        self.ask(TOTAL, lambda peer: peer.total(since, END))

    def ingest(self) -> None:
        begin = time.monotonic()
        ticks = self.fleet.at.shape[0]
        for number, batch in enumerate(self.fleet.scrapes()):
            self.now[0] = int(batch.at.max())
            for peer in self.peers:
                peer.write(batch)
            if (number + 1) % SEAL_EVERY == 0:
                self.ours.seal()
                print(f"{number + 1}/{ticks} scrapes, {time.monotonic() - begin:.0f} s", flush=True)

    @property
    def ours(self) -> Ours:
        return next(peer for peer in self.peers if isinstance(peer, Ours))

    def ask(self, question: str, call: Callable[[Any], Any], times: int = 1) -> None:
        """Every peer in turn, again and again; the median counts. Prometheus is slow: fewer rounds."""
        taken: dict[str, list[float]] = {}
        for number in range(self.rounds * times):
            for peer in self.peers:
                if peer.name == PROM and number >= 2 * times:
                    continue
                begin = time.perf_counter()
                call(peer)
                taken.setdefault(peer.name, []).append((time.perf_counter() - begin) * 1e3)
        self.table[question] = {name: statistics.median(many) for name, many in taken.items()}
        print(
            question, {name: round(ms, 1) for name, ms in self.table[question].items()}, flush=True
        )


def report(bench: Bench, command: str) -> Iterable[str]:
    head = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(head, capture_output=True, text=True, check=True).stdout.strip()
    fleet = bench.fleet
    size = f"{len(fleet.keys)} series, {bench.hours:g} h, {fleet.samples:,} samples"
    yield f"`{command}` at {commit}, on {os.cpu_count()} cores: {size}."
    yield ""
    names = [peer.name for peer in bench.peers]
    yield "| | " + " | ".join(names) + " |"
    yield "|---|" + "---|" * len(names)
    for question, row in bench.table.items():
        yield (
            f"| {question} | "
            + " | ".join(f"{row[n]:.3g}" if n in row else "-" for n in names)
            + " |"
        )
    yield ""
    yield "| question | against | measured | to hold | |"
    yield "|---|---|---|---|---|"
    for floor in FLOORS:
        yield floor.line(bench.table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store")
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="peers, such as rows,vm; all that are installed")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    fleet = make(given.hosts, given.hours, END)
    only = given.only.split(",") if given.only else ["rows", "vm", "prom"]
    now = [END]
    with tempfile.TemporaryDirectory(prefix="bench-store-") as name, ExitStack() as stack:
        folder = Path(name)
        peers: list[Peer | None] = [Ours(folder, lambda: now[0])]
        peers += [Rows(folder, fleet.keys)] if "rows" in only else []
        if "vm" in only:
            peers.append(stack.enter_context(victoria_metrics(folder / "vm", 18428)))
        if "prom" in only:
            peers.append(stack.enter_context(prometheus(folder / "prom", 19090)))
        bench = Bench(fleet, given.hours, given.rounds, [p for p in peers if p], now)
        bench.run()
    command = f"python -m benchmarks.store --hosts {given.hosts} --hours {given.hours:g} --rounds {given.rounds}"
    text = "\n".join(report(bench, command))
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


main()
