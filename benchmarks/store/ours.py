"""The store under test, behind the same calls as its peers."""

import time
from pathlib import Path

import numpy as np

from benchmarks.store.peers import Arrays
from reinfra.model import Batch, Clock, SeriesKey
from reinfra.store import Matcher, Rule, Selector, Source, open_store
from reinfra.store.seal import seal
from reinfra.store.totals import totals
from reinfra.store.vacuum import vacuum


class Ours:
    name = "reinfra"

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.path = folder / "reinfra.db"
        self.store = open_store(f"sqlite:///{self.path}", clock=clock, create=True)
        self.source = Source("bench")
        self.spent = 0.0

    def write(self, batch: Batch) -> None:
        start = time.process_time()
        self.store.write(batch, self.source)
        self.spent += time.process_time() - start

    def seal(self) -> None:
        start = time.process_time()
        seal(self.store)
        self.spent += time.process_time() - start

    def finish(self) -> None:
        self.seal()
        vacuum(self.store)

    def cpu(self) -> float:
        return self.spent

    def disk(self) -> int:
        return self.path.stat().st_size

    def everything(self, since: int, until: int) -> Arrays:
        found = self.store.samples(self.store.series(Selector()), since, until)
        return list(zip(found.at, found.value, strict=True))

    def one(self, key: SeriesKey, since: int, until: int) -> Arrays:
        matchers = tuple(Matcher(name, "=", value) for name, value in key.labels)
        found = self.store.samples(self.store.series(Selector(key.metric, matchers)), since, until)
        return list(zip(found.at, found.value, strict=True))

    def minutes(self, metric: str, since: int, until: int) -> object:
        wanted = self.store.series(Selector(metric))
        return [
            self.store.read(wanted, since, until, 60_000, rule) for rule in (Rule.MEAN, Rule.P95)
        ]

    def total(self, since: int, until: int) -> float:
        wanted = self.store.series(Selector())
        return float(np.sum(totals(self.store, wanted, since, until)))
