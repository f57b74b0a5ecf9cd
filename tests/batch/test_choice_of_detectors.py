"""Without any named, each series gets the detectors that suit it: one run from samples to findings."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from reinfra.batch.detect import Report, Request, detect
from reinfra.batch.items import Item
from reinfra.batch.work import work
from reinfra.config import DetectOverride, load_settings
from reinfra.model import DAY, MINUTE, Anomaly
from reinfra.store import Store, anomalies, open_store
from tests.batch.fleet import DEAD, END, FAILING, FAULT, LEAK, SLOW, STRAGGLER, WORSE, Fleet

_numbers = count()
NOTHING = Request()


def run(store: Store, until: int = END, request: Request = NOTHING, **changes: object) -> Report:
    settings = load_settings()
    chosen = settings.detect.model_copy(update=changes)
    return detect(
        store,
        settings.model_copy(update={"detect": chosen}),
        replace(request, until=until),
        clock=lambda: until,
        ids=lambda: f"run-{next(_numbers)}",
    )


def found(store: Store) -> list[Anomaly]:
    with store.reading() as connection:
        return [one.found for one in anomalies.between(connection, 0, 2**60)]


def _filled(folder: Path, *, faults: bool) -> Store:
    store = open_store(f"sqlite:///{folder}/{faults}.db", clock=lambda: END, create=True)
    Fleet(faults).fill(store)
    return store


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Report]]:
    store = _filled(tmp_path_factory.mktemp("fleet"), faults=True)
    yield store, run(store)
    store.engine.dispose()


def _of(store: Store, metric: str, value: str) -> dict[str, list[Anomaly]]:
    """The findings of one series since the fault, by detector."""
    mine: dict[str, list[Anomaly]] = defaultdict(list)
    for one in found(store):
        if one.key.metric == metric and value in dict(one.key.labels).values():
            mine[one.detector] += [one] if one.until >= FAULT else []
    return mine


@pytest.mark.parametrize(
    ("metric", "value", "meant"),
    [
        ("hw.gpu.clock.sm", STRAGGLER, {"peers"}),
        ("hw.gpu.xid.events", FAILING, {"error-class"}),
        ("gen_ai.server.request.duration", SLOW, {"latency"}),
        ("system.memory.usage", LEAK, {"drift", "time-to-limit"}),
        ("reinfra.quality.successes", WORSE, {"proportion"}),
        ("hw.gpu.clock.sm", DEAD, {"staleness"}),
    ],
)
def test_each_fault_is_found_by_the_detector_meant_for_it(
    searched: tuple[Store, Report], metric: str, value: str, meant: set[str]
) -> None:
    by = _of(searched[0], metric, value)
    assert meant <= {name for name, many in by.items() if many}
    assert ("staleness" in by) == (value == DEAD)


def test_what_is_found_says_what_it_is(searched: tuple[Store, Report]) -> None:
    store, _ = searched
    (straggler,) = _of(store, "hw.gpu.clock.sm", STRAGGLER)["peers"]
    assert "a job that waits for all 6 lost" in straggler.reason
    (slow,) = _of(store, "gen_ai.server.request.duration", SLOW)["latency"]
    assert "slower than its load explains" in slow.reason
    (leak,) = _of(store, "system.memory.usage", LEAK)["time-to-limit"]
    assert "reaches its limit of 800 GB" in leak.reason


def test_the_healthy_ones_beside_them_are_left_alone(searched: tuple[Store, Report]) -> None:
    bad = {STRAGGLER, DEAD, FAILING, SLOW, LEAK, WORSE}
    wrongly = [
        one for one in found(searched[0]) if not bad & {value for _, value in one.key.labels}
    ]
    assert not wrongly


def test_a_quiet_fleet_finds_nothing(tmp_path: Path) -> None:
    store = _filled(tmp_path, faults=False)
    assert run(store).anomalies == 0
    store.engine.dispose()


def test_the_report_says_where_thresholds_are_weaker(searched: tuple[Store, Report]) -> None:
    fleets = {(one.detector, one.metric): one for one in searched[1].confidence}
    weak = fleets["autoregression", "gen_ai.server.request.duration"]
    assert (weak.series, weak.strength) == (2, "weaker")
    assert weak.note
    (slow,) = _of(searched[0], "gen_ai.server.request.duration", SLOW)["autoregression"]
    assert "its threshold is learned from 2 like series only" in slow.reason


def test_what_looks_once_a_day_looks_once_a_day_and_finds_no_news_in_the_same(
    searched: tuple[Store, Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = searched
    items: list[Item] = []

    def seen(*given: object) -> object:
        items.append(next(one for one in given if isinstance(one, Item)))
        return work(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("reinfra.batch.elsewhere.work", seen)
    before = [(one.key, one.detector, one.since) for one in found(store)]
    run(store, END + 5 * MINUTE)
    assert items
    assert not any(one.history for one in items)
    items.clear()
    run(store, END + DAY)
    assert {"drift", "latency", "shift"} <= {one.detector for one in items if one.history}
    daily = [one.detector for one in items if one.history]
    assert len(daily) == len({(one.detector, one.series) for one in items if one.history})
    slow = {"drift", "time-to-limit", "latency"}
    after = [(one.key, one.detector, one.since) for one in found(store)]
    assert [one for one in after if one[1] in slow] == [one for one in before if one[1] in slow]


def test_overrides_and_names_are_heeded(tmp_path: Path) -> None:
    store = _filled(tmp_path, faults=True)
    overrides = (
        DetectOverride(signal="hw.gpu.clock.sm", minimum_relative=0.5),
        DetectOverride(signal="hw.gpu.xid.events", detectors=()),
        DetectOverride(signal="gen_ai.server.request.duration", direction="down"),
        DetectOverride(signal="system.memory.*", detectors=("drift",), minimum_absolute=1e12),
    )
    run(store, override=overrides)
    assert {one.key.metric for one in found(store) if one.detector != "staleness"} == {
        "reinfra.quality.successes"
    }
    run(store, END, Request(since=FAULT - DAY, only=("error-class",)))
    assert [one.detector for one in found(store) if one.key.metric == "hw.gpu.xid.events"] == [
        "error-class"
    ]
    store.engine.dispose()
