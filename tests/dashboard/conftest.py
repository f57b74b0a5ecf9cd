"""A small store, filled through the ways that fill a real one, with labels that try to be markup."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import streamlit as st

from dashboard.connection import DATABASE_VARIABLE
from judge.items import GradedSet, HumanLabel, Item
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.quality import save
from reinfra.batch.record import record
from reinfra.config import load_settings
from reinfra.model import (
    HOUR,
    MINUTE,
    Anomaly,
    Batch,
    Fact,
    Origin,
    Report,
    SeriesKey,
    Severity,
    Verdict,
    VerdictStatus,
    subject,
    system_clock,
)
from reinfra.store import Selector, Source, Store, ledger
from reinfra.store.grades import SetInfo

HOSTILE = "<img src=x onerror=alert(1)> **bold** [go](http://evil.example/a) :red[x] $x$ `c`"
NOTE = "recorded 2014-02-14 by Example, times shifted by +4,648 days"
STEP = 5 * MINUTE
POINTS = 600


@dataclass(frozen=True, slots=True)
class Filled:
    """One open incident on the hostile host, which is strange from `since` until half an hour ago."""

    store: Store
    url: str
    incident_id: int
    since: int


@pytest.fixture
def filled(store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Filled:
    monkeypatch.setenv(DATABASE_VARIABLE, sqlite_url)
    now = system_clock() // STEP * STEP
    for host in ("a", "b", HOSTILE):
        _write(store, host, now)
    since = now - HOUR
    _find(store, since, now)
    for at, version in ((now - 5 * HOUR, "580.1"), (since - HOUR, f"580.2 {HOSTILE}")):
        fact = Fact(subject({"host.name": HOSTILE}), "nvidia.driver.version", version)
        ledger.record(store, "hosts", Report(facts=(fact,)), at)
    save(store, graded(), SetInfo("set", "share of good answers", Origin.RECORDED, NOTE))
    return Filled(store, sqlite_url, 1, since)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What one test's pages remember is not for the next."""
    yield
    st.cache_resource.clear()


def key(host: str) -> SeriesKey:
    labels = {"host.name": host, "reinfra.origin": Origin.RECORDED}
    return SeriesKey.of("aws.ec2.cpu.utilization", labels)


def graded() -> GradedSet:
    """40 items that one judge and two people grade; the judge is wrong about every fifth."""
    right = [float(number % 3 > 0) for number in range(40)]
    said = [1 - value if number % 5 == 0 else value for number, value in enumerate(right)]
    return GradedSet(
        "set",
        "share of good answers",
        tuple(Item(f"{number}") for number in range(40)),
        tuple(
            Verdict(f"{number}", "judge-1", "r", VerdictStatus.OK, value)
            for number, value in enumerate(said)
        ),
        tuple(
            HumanLabel(f"{number}", rater, value)
            for number, value in enumerate(right)
            for rater in ("ann", "bob")
        ),
    )


def _write(store: Store, host: str, now: int) -> None:
    at = now - STEP * np.arange(POINTS, dtype=np.int64)[::-1]
    value = 0.3 + 0.02 * np.sin(np.arange(POINTS) / 7)
    if host == HOSTILE:
        value[-12:-6] = 0.9
    batch = Batch.of_series(key(host), at, value)
    store.write(batch, Source("hosts", Origin.RECORDED, NOTE), watermark=now)


def _find(store: Store, since: int, now: int) -> None:
    hostile = next(one for one in store.series(Selector()) if one.key.label("host.name") == HOSTILE)
    anomaly = Anomaly(
        key=hostile.key,
        detector="autoregression",
        since=since,
        until=since + HOUR // 2,
        peak_at=since,
        value=0.9,
        score=20.0,
        threshold=4.0,
        reason=f"CPU utilization 0.9 on {HOSTILE}",
        expected_low=0.2,
        expected_high=0.4,
        severity=Severity.CRITICAL,
    )
    record(store, Evaluation(found={hostile.id: [anomaly]}), load_settings(), now)
