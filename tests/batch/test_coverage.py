"""A drop in coverage is an incident, and the same one that silent series make."""

from functools import partial

import numpy as np
import pytest

from reinfra.batch.detect import Report, Request, detect
from reinfra.config import Settings, load_settings
from reinfra.coverage.drops import RATIO
from reinfra.model import HOUR, MINUTE, Absence, Batch, Coverage, IncidentState, Origin, subject
from reinfra.model import Report as Said
from reinfra.signals import signals
from reinfra.store import Selector, Source, Store, incidents, ledger
from reinfra.store.incidents import StoredIncident

NOW = 1_700_000_000_000 // HOUR * HOUR
GPUS = [subject({"host.name": "a", "hw.id": f"GPU-{n}"}) for n in (1, 2)]


@pytest.fixture
def at(store: Store) -> dict[str, int]:
    """The store's clock, to be moved."""
    hands = {"now": NOW}
    store.clock = lambda: hands["now"]
    return hands


@pytest.fixture
def settings() -> Settings:
    return load_settings()


def _detect(store: Store, settings: Settings) -> Report:
    return detect(store, settings, Request(), clock=store.clock, ids=lambda: str(store.clock()))


def _collect(store: Store, *, lost: bool = False, origin: Origin = Origin.LIVE) -> None:
    now = store.clock()
    here = GPUS[:1] if lost else GPUS
    at = now - MINUTE * np.arange(30, dtype=np.int64)
    mark = {} if origin is Origin.LIVE else {"reinfra.origin": origin.value}
    for gpu in here:
        key = signals()["hw.power"].key(dict(gpu) | mark)
        store.write(Batch.of_series(key, at, np.full(at.size, 70.0)), Source("exporter", origin))
    said = (Absence(GPUS[1], "", Coverage.FAILING, "Xid 79"),) if lost else ()
    ledger.record(store, "exporter", Said(absences=said), now)
    ledger.answered(store, "exporter", now)


def _open(store: Store) -> list[StoredIncident]:
    with store.reading() as connection:
        return incidents.listing(connection, states=incidents.UNRESOLVED)


def _shares(store: Store) -> list[float]:
    ratios = store.series(Selector(RATIO))
    return [value for one in store.samples(ratios, 0, NOW + 10 * HOUR).value for value in one]


def test_a_lost_device_is_one_incident_that_says_so_and_ends_when_it_is_back(
    store: Store, at: dict[str, int], settings: Settings
) -> None:
    _collect(store)
    _detect(store, settings)
    assert _open(store) == []
    for _ in range(4):
        at["now"] += 15 * MINUTE
        _collect(store, lost=True)
        _detect(store, settings)
    (incident,) = _open(store)
    assert incident.scope == "host a"
    assert incident.series_count == 2  # the power of the lost GPU, and the coverage of its host
    with store.reading() as connection:
        opened = incidents.transitions(connection, incident.id)
    assert [one.kind for one in opened] == ["opened"]
    for _ in range(4):
        at["now"] += 15 * MINUTE
        _collect(store)
        _detect(store, settings)
    assert _open(store) == []
    with store.reading() as connection:
        assert incidents.get(connection, incident.id).state is IncidentState.RESOLVED
    assert _shares(store) == [1.0, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]


def test_a_source_that_never_answers_is_an_incident(
    store: Store, at: dict[str, int], settings: Settings
) -> None:
    ledger.failed(store, "gpu-7", "connection refused", at["now"] - HOUR)
    ledger.failed(store, "gpu-7", "connection refused", at["now"])
    _detect(store, settings)
    (incident,) = _open(store)
    assert incident.scope == "source gpu-7"


def test_a_part_of_the_search_or_a_trial_writes_no_coverage(
    store: Store, at: dict[str, int], settings: Settings
) -> None:
    assert at
    _collect(store)
    requests = (Request(dry_run=True), Request(only=("staleness",)), Request(until=NOW))
    for number, request in enumerate(requests):
        detect(store, settings, request, clock=store.clock, ids=partial(str, number))
    assert _shares(store) == []


def test_beside_a_simulation_nothing_live_is_written(
    store: Store, at: dict[str, int], settings: Settings
) -> None:
    assert at
    _collect(store, origin=Origin.SIMULATED)
    _detect(store, settings)
    assert _shares(store) == []
