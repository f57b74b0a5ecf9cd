"""Where a recording ends, nothing is missing; where a store does not say when that was, nothing is claimed."""

import numpy as np
import pytest

from reinfra.batch.acquire import Window
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.silence import silences
from reinfra.model import DAY, HOUR, MINUTE, ORIGIN_LABEL, Batch, Origin, SeriesKey
from reinfra.store import Selector, Source, Store, Stored

NOW = 1_700_000_000_000


def key(host: str, origin: Origin) -> SeriesKey:
    return SeriesKey.of("system.cpu.utilization", {"host.name": host, ORIGIN_LABEL: origin})


def found(store: Store, origin: Origin, *, searched: bool) -> set[str]:
    """The hosts that are called silent: a's samples end 6 hours ago, b's 12 hours ago."""
    store.clock = lambda: NOW
    for host, ago in (("a", 6 * HOUR), ("b", 12 * HOUR)):
        at = np.arange(NOW - 3 * DAY, NOW - ago, MINUTE)
        store.write(Batch.of_series(key(host, origin), at, np.ones(at.size)), Source("s", origin))
    series = store.series(Selector())
    if searched:  # as a Prometheus server's series come: bounds, and one source for all
        series = [Stored(one.id, one.key, "prometheus", 0, NOW, searched=True) for one in series]
    into = Evaluation()
    silences(store, series, Window(NOW - 3 * DAY, NOW - DAY, NOW), NOW - 1, into)
    return {one.key.label("host.name") for many in into.found.values() for one in many}


@pytest.mark.parametrize("searched", [False, True])
def test_a_recording_that_ended_is_not_silent_but_what_ended_before_it_is(
    store: Store,
    searched: bool,  # noqa: FBT001
) -> None:
    assert found(store, Origin.RECORDED, searched=searched) == {"b"}


@pytest.mark.parametrize("searched", [False, True])
def test_live_series_are_silent_from_their_last_sample_on(
    store: Store,
    searched: bool,  # noqa: FBT001
) -> None:
    assert found(store, Origin.LIVE, searched=searched) == {"a", "b"}
