"""The coverage page, and the tables and figures on it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard import coverage_tiles
from dashboard.connection import DATABASE_VARIABLE
from dashboard.queries.coverage import Covered, history
from dashboard.queries.window import Window
from dashboard.tables import ledger as tables
from reinfra.coverage.drops import ratio_key
from reinfra.coverage.watchers import Watcher
from reinfra.model import (
    HOUR,
    MINUTE,
    Absence,
    Batch,
    Coverage,
    Fact,
    Report,
    subject,
    system_clock,
)
from reinfra.signals import signals
from reinfra.store import Source, Store, ledger
from tests.coverage.made import NOW, four_exported, gpu
from tests.dashboard.conftest import HOSTILE, Filled

APP = Path(dashboard.__file__).parent / "app.py"
HOST = subject({"host.name": HOSTILE})
GPUS = [subject({"host.name": HOSTILE, "hw.id": f"GPU-{n}"}) for n in (1, 2)]


def _page() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.switch_page("pages/coverage.py").run()
    assert not app.exception
    return app


def _table(app: AppTest, column: str) -> pd.DataFrame:
    """The first table that has this column."""
    return next(one.value for one in app.dataframe if column in one.value)


@pytest.fixture
def live(store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """A host with two GPUs, one of them lost; a source that fails; a driver that was changed. Returns now."""
    monkeypatch.setenv(DATABASE_VARIABLE, sqlite_url)
    monkeypatch.setenv("REINFRA_ALERTS_RELY_ON", "hw.power,aws.neuron.core.utilization")
    now = system_clock()
    for one, end in zip(GPUS, (now, now - HOUR), strict=True):
        key = signals()["hw.power"].key(dict(one))
        at = np.arange(end - HOUR, end, MINUTE, dtype=np.int64)
        store.write(Batch.of_series(key, at, np.full(at.size, 70.0)), Source("exporter"))
    for when, driver in ((now - HOUR, "570"), (now - MINUTE, "580")):
        lost = Absence(GPUS[1], "", Coverage.FAILING, "Xid 79 <img src=x> **bold**")
        driver_is = Fact(HOST, "nvidia.driver.version", driver)
        report = Report(absences=(lost,), facts=(driver_is,), refused={"blank": 3})
        ledger.record(store, "exporter", report, when)
        ledger.answered(store, "exporter", when)
        ledger.failed(store, "vllm", "connection refused", when)
    return now


def test_the_page_says_what_is_lost_failing_changed_and_refused(live: int) -> None:
    assert live
    app = _page()
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Signals that come"] == "33.3 %"
    assert shown["Dead or lost"] == "2"
    assert shown["Sources that answer"] == "1"
    assert shown["Rules that never fire"] == "1"
    assert _table(app, "is")["is"].tolist() == ["lost", "dead"]
    assert _table(app, "relied on in")["signal"].tolist() == ["aws.neuron.core.utilization"]
    sources = _table(app, "error")
    assert sources["source"].tolist()[0] == "vllm"
    assert sources["error"].tolist()[0] == "connection refused"
    assert _table(app, "after")[["before", "after"]].to_numpy().tolist() == [["570", "580"]]
    assert _table(app, "value")["value"].tolist() == ["580"]
    assert _table(app, "how many")["how many"].tolist() == [6]


def test_the_ledger_is_restricted_to_states_and_places(live: int) -> None:
    assert live
    app = _page()
    everything = _table(app, "why")
    app.pills(key="state").set_value(["failing"]).run()
    failing = _table(app, "why")
    assert 0 < len(failing) < len(everything)
    assert set(failing["state"]) == {"failing"}
    app.multiselect(key="where").set_value(["vllm"]).run()
    assert _table(app, "why")["source"].tolist() == ["vllm"]


def test_recordings_are_named_with_their_licences(filled: Filled) -> None:
    assert filled.url
    app = _page()
    assert _table(app, "error")["source"].tolist() == ["hosts"]
    assert "MIT" in set(_table(app, "licence")["licence"])


def test_a_store_in_which_a_source_only_failed_has_a_page(
    store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, sqlite_url)
    ledger.failed(store, "vllm", "connection refused", system_clock())
    app = _page()
    assert {metric.label: metric.value for metric in app.metric}["Signals that come"] == "0 %"


def test_the_worst_comes_first_and_no_more_than_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = four_exported((gpu(3), "lost"))
    which = tables.chosen(found, [], [])
    assert tables.rows(found, which, NOW)["which"].tolist()[0] == "GPU-3"
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    assert len(tables.rows(found, which, NOW)) == 2
    assert which.size > 2


def test_places_are_ordered_by_what_they_lack() -> None:
    (place,) = tables.places(four_exported((gpu(3), "lost"))).to_dict("records")
    assert (place["where"], place["devices"], place["coming"]) == ("a", 4, 0.75)
    assert (place["watched"], place["failing"]) == (3, 1)


def test_a_share_is_compared_with_a_day_before_where_that_is_known(store: Store) -> None:
    store.clock = lambda: NOW
    for ago, share in ((3 * HOUR, 1.0), (2 * HOUR, 1.0), (MINUTE, 0.75)):
        store.write(
            Batch.at_instant(NOW - ago, [(ratio_key(("host.name", "a")), share)]), Source("c")
        )
    course = history(store, Window(NOW - 4 * HOUR, NOW + 1), 8)
    assert course == [1.0, 1.0, 0.75]
    watching = {"nvidia": Watcher("nvidia", "nvidia", NOW, MINUTE)}
    covered = Covered(four_exported((gpu(3), "lost")), watching, (), ())
    first, *_ = coverage_tiles.tiles(covered, course)
    assert (first.value, first.delta) == ("75 %", "-25 pp")
    first, *_ = coverage_tiles.tiles(covered, [])
    assert (first.delta, first.course) == ("", ())
