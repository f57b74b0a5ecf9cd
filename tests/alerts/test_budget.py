from collections.abc import Callable

import pytest

from reinfra.alerts.budget import Pages, replay, within
from reinfra.alerts.rules import Rules
from reinfra.model import DAY, HOUR, Anomaly, SeriesKey
from reinfra.store.anomalies import StoredAnomaly

WEEK = 7 * DAY


def found(number: int, since: int, score: float, host: str = "a") -> StoredAnomaly:
    key = SeriesKey.of("system.cpu.utilization", {"host.name": host})
    one = Anomaly(key, "autoregression", since, since, since, 1.0, score, 5.0, "why")
    return StoredAnomaly(number, 1, None if number % 2 else 7, one)


def above(least: float) -> tuple[float, Callable[[StoredAnomaly], bool]]:
    return least, lambda one: one.found.score >= least


def test_pages_are_incidents_and_fainter_anomalies_open_fewer() -> None:
    many = [
        found(1, HOUR, 6), found(2, HOUR + 60_000, 20), found(3, 3 * DAY, 9),
        found(4, 5 * DAY, 6, "b"), found(5, 30 * DAY, 99),
    ]  # fmt: skip
    lines = replay(many, (0, 2 * WEEK), [above(0), above(8), above(50)], Rules())
    assert [one.opened for one in lines] == [3, 2, 0]
    assert [one.per_week for one in lines] == [1.5, 1.0, 0.0]


def test_the_interval_is_garwoods() -> None:
    low, high = Pages(0.25, 10, 1.0).interval
    assert low == pytest.approx(4.795, abs=1e-3)
    assert high == pytest.approx(18.390, abs=1e-3)
    assert Pages(0.25, 0, 2.0).interval[0] == 0
    assert Pages(0.25, 0, 2.0).interval[1] == pytest.approx(3.689 / 2, abs=1e-3)


def test_the_most_sensitive_setting_within_the_budget_is_taken() -> None:
    lines = [Pages(0.05, 1, 1.0), Pages(0.1, 2, 1.0), Pages(0.25, 9, 1.0)]
    assert within(lines, 2.0) == lines[1]
    assert within(lines, 0.5) is None
