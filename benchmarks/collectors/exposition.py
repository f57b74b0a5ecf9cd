"""A page of 100,000 series, parsed and stored, beside prometheus_client's parser in the same run."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as text

from benchmarks.collectors.pages import SERIES, dcgm, vllm
from benchmarks.results import table
from collectors.exposition import Exposition, Grammar, Reader
from collectors.scrape.dialects import spoken
from collectors.scrape.meaning import Identity, Meanings
from collectors.scrape.plan import Plan, plan
from reinfra.model import Batch, Origin, system_clock
from reinfra.store import Source, Store, open_store

HEAD = """## One page of 100,000 series

prometheus_client's parser (Python, its pure text into objects) against ours, both in this process, pages
differing in their values from scrape to scrape. *First*: nothing is known of the target. *First, stored*: with
100,000 new series and their labels registered in SQLite, which is most of it. *Again*: the same series
with other values, which is what a scrape nearly always is. *Changed*: one label of some series is new.
*Again, stored*: parsed, translated into signals, and written into SQLite. Seconds of wall time, the least of
three but for what can be done once only; the figure to hold is "times" of *again, stored*, at least 5."""

ROUNDS = 3
_COLUMNS = (
    "page",
    "MB",
    "prometheus_client",
    "first",
    "times",
    "first, stored",
    "changed",
    "again",
    "again, stored",
    "times",
)


@dataclass(frozen=True, slots=True)
class Page:
    """`make` gives the page of a seed; `peer` is prometheus_client's parser for it."""

    name: str
    grammar: Grammar
    make: Callable[[int], bytes]
    peer: Callable[[str], object]


PAGES = (
    Page("vLLM, text", Grammar.TEXT, lambda seed: vllm(SERIES, seed), lambda t: list(text(t))),
    Page(
        "vLLM, OpenMetrics",
        Grammar.OPEN_METRICS,
        lambda seed: vllm(SERIES, seed, end="# EOF\n"),
        lambda t: list(open_metrics(t)),  # type: ignore[no-untyped-call]
    ),
    Page("DCGM, text", Grammar.TEXT, lambda seed: dcgm(SERIES, seed), lambda t: list(text(t))),
)


def run() -> Iterator[str]:
    yield HEAD
    yield table(_COLUMNS, [_row(page) for page in PAGES])


def _row(page: Page) -> tuple[str, ...]:
    raw = [page.make(seed) for seed in range(ROUNDS + 2)]
    peer = _least(lambda: page.peer(raw[0].decode()), 1)
    reader = Reader()
    first = _least(lambda: reader.read(raw[0], page.grammar), 1)
    seeds = iter(range(1, ROUNDS + 1))
    again = _least(lambda: reader.read(raw[next(seeds)], page.grammar), ROUNDS)
    changed = raw[-1].replace(b'engine="7"', b'engine="seven"').replace(b"node-7", b"node-seven")
    moved = _least(lambda: reader.read(changed, page.grammar), 1)
    new, stored = _stored(page, raw)
    figures = (peer, first, peer / first, new, moved, again, stored, peer / stored)
    return (page.name, f"{len(raw[0]) / 1e6:.1f}", *(f"{each:.3g}" for each in figures))


def _stored(page: Page, raw: list[bytes]) -> tuple[float, float]:
    """Of the first page, whose series are all new to the store, and the least of those after it."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}", create=True)
        pipe = _Pipe(store, page.grammar)
        new = _least(lambda: pipe.scrape(raw[0]), 1)
        seeds = iter(range(1, ROUNDS + 1))
        least = _least(lambda: pipe.scrape(raw[next(seeds)]), ROUNDS)
        store.engine.dispose()
    return new, least


class _Pipe:
    """What the collector does with a page, without the network."""

    def __init__(self, store: Store, grammar: Grammar) -> None:
        self._store, self._grammar = store, grammar
        self._reader, self._plan = Reader(), None
        self._at = system_clock()

    def scrape(self, raw: bytes) -> None:
        page = self._reader.read(raw, self._grammar)
        self._at += 1000
        batch: Batch = self._planned(page).batch(page, self._at, {})
        written = self._store.write(batch, Source("bench"))
        if written.accepted != len(page.points):
            raise AssertionError(written)

    def _planned(self, page: Exposition) -> Plan:
        if self._plan is None or self._plan.points is not page.points:
            identity = Identity("bench", "a:1", "a", {}, Origin.LIVE)
            dialects = spoken({point.name for point in page.points})
            self._plan = plan(page.points, Meanings(identity, dialects), {})
        return self._plan

    _plan: Plan | None


def _least(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)
