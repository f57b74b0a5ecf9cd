"""Histories without faults to plant in: a simulated fleet with graded answers and driver events; recordings."""

from collections.abc import Iterator

import numpy as np

from collectors.base import key_of
from collectors.simulator import Simulator
from reinfra.backtest.labels import Label
from reinfra.demo import load
from reinfra.demo.folder import data_folder
from reinfra.model import HOUR, Batch, Origin, SeriesKey
from reinfra.progress import silent
from reinfra.store import Selector, Source, Store, open_store
from reinfra.store.selector import Matcher

_PASSES, _TRIALS = 0.9, 50


def simulated(url: str, until: int, days: int, hosts: int) -> Store:
    """A fleet of which nothing is wrong, `days` long."""
    store = open_store(url, clock=lambda: until, create=True)
    fleet = Simulator(since=until - days * 24 * HOUR, until=until, hosts=hosts, planted=False)
    source = Source(fleet.name, fleet.origin, "Simulated; no number in it was measured.")
    for batch in fleet.collect():
        store.write(batch, source, watermark=until)
    for batch in _also(fleet):
        store.write(batch, source, watermark=until)
    return store


def recorded(url: str, until: int) -> tuple[Store, tuple[Label, ...]]:
    """The recordings that ship with reinfra, ending at `until`, and what is labelled in them."""
    store = open_store(url, clock=lambda: until, create=True)
    recordings = load.signals(store, data_folder(), silent)
    labels = (
        Label(_only(key), since, last)
        for one in recordings
        for since, last in one.windows
        for key in one.batch.keys
    )
    return store, tuple(labels)


def _only(key: SeriesKey) -> Selector:
    return Selector(key.metric, tuple(Matcher(name, "=", value) for name, value in key.labels))


def _also(fleet: Simulator) -> Iterator[Batch]:
    """What the simulator does not have: passes of graded answers by the hour, and events of XID 48."""
    rng = np.random.default_rng([fleet.seed, 99])
    hours = np.arange(fleet.since, fleet.until, HOUR, dtype=np.int64)
    for service in range(fleet.services):
        labels = {"service.name": f"llm-{service:02d}"}
        passes = rng.binomial(_TRIALS, _PASSES, hours.size).astype(np.float64)
        for name, values in (
            ("reinfra.quality.successes", passes),
            ("reinfra.quality.trials", np.full(hours.size, float(_TRIALS))),
        ):
            yield Batch.of_series(key_of(name, labels, Origin.SIMULATED), hours, values)
    minutes = np.arange(fleet.since, fleet.until, fleet.step, dtype=np.int64)
    for host in range(min(fleet.hosts, 8)):
        device = {"host.name": f"gpu-{host:04d}", "hw.id": f"GPU-{host:04d}-0", "nvidia.xid": "48"}
        events = np.zeros(minutes.size)
        yield Batch.of_series(
            key_of("hw.gpu.xid.events", device, Origin.SIMULATED), minutes, events
        )
