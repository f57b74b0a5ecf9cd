from dataclasses import replace

import numpy as np
import pytest

from reinfra.batch.budget import budget, lines
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.record import record
from reinfra.config import DetectSettings, Settings
from reinfra.model import DAY, Anomaly, Batch, InputError, Origin, SeriesKey
from reinfra.store import Selector, Source, Store

KEY = SeriesKey.of("system.cpu.utilization", {"host.name": "a", "reinfra.origin": "live"})


def filled(store: Store) -> int:
    """Eight faint anomalies, one that no setting doubts and one device that fell silent, a day apart.

    Returns an instant after they were recorded.
    """
    now = store.clock()
    at, value = np.array([now - 20 * DAY]), np.array([1.0])
    store.write(Batch.of_series(KEY, at, value), Source("test", Origin.LIVE, "a test"))
    (series,) = store.series(Selector())
    one = Anomaly(KEY, "autoregression", 0, 0, 0, 1.0, 5.5, 5.0, "why")
    times = [now - days * DAY for days in range(1, 11)]
    found = [replace(one, since=each, until=each, peak_at=each) for each in times]
    found[4] = replace(found[4], score=500.0)
    found[6] = replace(found[6], detector="staleness", score=1.0, threshold=1.0)
    record(store, Evaluation({series.id: found}), Settings(), now)
    return store.clock() + 1


def test_what_other_settings_would_have_brought_stands_beside_what_happened(store: Store) -> None:
    made = budget(store, Settings(), 1.0, 14, filled(store))
    by_dial = {one.false_alarms: one.opened for one in made.lines}
    assert by_dial == {0.01: 2, 0.02: 2, 0.05: 2, 0.1: 2, 0.25: 10}
    assert made.told == 10
    assert made.proposed is not None
    assert made.proposed.false_alarms == 0.1
    assert "detect.false_alarms = 0.1" in made.said
    assert lines(made)[-1][0] == "0.25 (now)"


def test_a_generous_budget_keeps_the_setting_and_a_tiny_one_finds_none(store: Store) -> None:
    now = filled(store)
    strict = Settings(detect=DetectSettings(false_alarms=0.2))
    assert "0.2 keeps to" in budget(store, strict, 50, 14, now).said
    assert "No setting" in budget(store, strict, 0.01, 14, now).said


def test_nothing_found_is_no_prediction(store: Store) -> None:
    with pytest.raises(InputError, match="nothing was found"):
        budget(store, Settings(), 2, 14, store.clock())
