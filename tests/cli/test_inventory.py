"""`reinfra inventory`, and what the other commands say of changes."""

import json

import numpy as np
import pytest

from reinfra.model import HOUR, Anomaly, Batch, Fact, Report, subject, system_clock
from reinfra.signals import signals
from reinfra.store import Selector, Source, ledger, open_store
from tests.cli.conftest import Run

HOST = subject({"host.name": "a\x1b[31m"})
DRIVER = "nvidia.driver.version"


@pytest.fixture
def now(reinfra: Run) -> int:
    """A database in which a driver was changed twenty hours ago, and has a fact that did not."""
    reinfra("db", "upgrade")
    store = open_store("sqlite:///.reinfra/reinfra.db")
    now = system_clock()
    for hours, driver in ((30, "570"), (20, "580")):
        facts = (Fact(HOST, DRIVER, driver), Fact(HOST, "host.type", "p5.48xlarge"))
        ledger.record(store, "nvidia", Report(facts=facts), now - hours * HOUR)
    store.engine.dispose()
    return now


def test_the_inventory_shows_what_is_and_what_changed(reinfra: Run, now: int) -> None:
    assert now
    shown = reinfra("inventory").out
    assert "580" in shown
    assert "570" not in shown
    assert "\x1b[31m" not in shown
    changed = reinfra("inventory", "--changes").out
    assert changed.index("570") < changed.index("580")
    assert "host.type" not in changed


def test_the_inventory_is_json_too(reinfra: Run, now: int) -> None:
    (change,) = json.loads(reinfra("inventory", "--changes", "--json").out)
    assert (change["before"], change["after"]) == ("570", "580")
    assert change["at"] == now - 20 * HOUR
    assert {one["name"] for one in json.loads(reinfra("inventory", "--json").out)} == {
        DRIVER,
        "host.type",
    }
    assert json.loads(reinfra("inventory", "--changes", "--since", "1h", "--json").out) == []


def test_where_nothing_is_known_the_inventory_says_what_to_do(reinfra: Run) -> None:
    reinfra("db", "upgrade")
    assert "reinfra collect" in reinfra("inventory").out
    assert "--since" in reinfra("inventory", "--changes").out


def test_why_names_what_changed_shortly_before(reinfra: Run, now: int) -> None:
    from reinfra.batch.evaluate import Evaluation
    from reinfra.batch.record import record
    from reinfra.config import load_settings

    store = open_store("sqlite:///.reinfra/reinfra.db")
    key = signals()["system.memory.usage"].key(dict(HOST))
    at = np.array([now - 20 * HOUR], np.int64)
    store.write(Batch.of_series(key, at, np.ones(1)), Source("host"))
    since = now - 19 * HOUR
    found = Anomaly(key, "staleness", since, now, now, 1.0, 9.0, 2.0, "too much")
    (stored,) = store.series(Selector())
    record(store, Evaluation(found={stored.id: [found]}), load_settings(), now)
    said = reinfra("alerts", "why", "INC-1").out
    assert "(1 h before) nvidia.driver.version of a" in said
    assert "570 became 580" in said
    store.engine.dispose()
