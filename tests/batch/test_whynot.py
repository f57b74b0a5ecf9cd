"""Why nothing was told of a series at a time: each reason there can be."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import numpy as np
import pytest

from reinfra.batch.whynot import Asked, asked
from reinfra.config import DetectSettings
from reinfra.model import DAY, HOUR, MINUTE, Anomaly, Batch, InputError, SeriesKey
from reinfra.store import Selector, Source, Store, anomalies, open_store

STEP = 5 * MINUTE
END = 1_750_000_000_000 // HOUR * HOUR
BEGIN = END - 6 * DAY
SPIKE, DIP, GAP = END - 30 * STEP, END - 60 * STEP, END - 100 * STEP
KEY = SeriesKey.of("system.cpu.utilization", {"host.name": "a"})  # more of it is worse
ONE = DetectSettings(detectors=("autoregression",), step=STEP / 1000)


@pytest.fixture(scope="module")
def filled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Six quiet days with a spike, a dip and a gap of an hour."""
    path = copy(migrated_sqlite, tmp_path_factory.mktemp("why") / "reinfra.db")
    store = open_store(f"sqlite:///{path}", clock=lambda: END)
    at = np.arange(BEGIN, END, MINUTE)
    value = 0.4 + np.random.default_rng(3).normal(0, 0.01, at.size)
    value[(at >= SPIKE) & (at < SPIKE + STEP)] = 0.95
    value[(at >= DIP) & (at < DIP + STEP)] = 0.05
    kept = (at < GAP) | (at >= GAP + HOUR)
    store.write(Batch.of_series(KEY, at[kept], value[kept]), Source("test"))
    yield store
    store.engine.dispose()


def at(store: Store, when: int, settings: DetectSettings = ONE) -> Asked:
    (found,) = asked(store, store, Selector.parse("system.cpu.utilization"), when, settings)
    return found


def said(found: Asked) -> str:
    return "\n".join(found.said)


def test_a_score_below_its_threshold_says_by_how_much(filled: Store) -> None:
    told = said(at(filled, END - HOUR))
    assert "below its threshold" in told
    assert "sample 4" in told
    assert "not searched: no run over everything has ended yet" in told
    assert "watched by autoregression, as detect.detectors says" in told


def test_a_gap_is_named_with_the_sample_before_it(filled: Store) -> None:
    told = said(at(filled, GAP + HOUR // 2))
    assert "gap: a sample usually comes every 1 min" in told
    assert "autoregression: no sample in the" in told
    assert "gap: its first sample is of" in said(at(filled, BEGIN - DAY))


def test_a_young_series_is_warming_up(filled: Store) -> None:
    assert "autoregression: warming up, not judged: it has" in said(at(filled, BEGIN + HOUR))


def test_what_is_over_its_threshold_and_lasts_makes_an_anomaly(filled: Store) -> None:
    assert "it makes an anomaly" in said(at(filled, SPIKE))


def test_what_lies_the_good_way_does_not_count(filled: Store) -> None:
    assert "it does not count: worse is up" in said(at(filled, DIP))


def test_what_does_not_last_says_what_must(filled: Store) -> None:
    strict = DetectSettings(
        detectors=("autoregression",), step=STEP / 1000, open_points=3, open_window=5
    )
    assert "it did not last: 3 of 5 points must be strange" in said(at(filled, SPIKE, strict))


def test_what_no_detector_looks_at_says_so(filled: Store) -> None:
    blind = DetectSettings.model_validate({"override": [{"signal": "system.*", "detectors": []}]})
    assert "not watched: detect.override names no detector" in said(at(filled, END - HOUR, blind))


def test_what_was_found_leads_to_its_incident(filled: Store) -> None:
    (stored,) = filled.series(Selector())
    found = Anomaly(KEY, "test", DIP, DIP, DIP, 0.05, 9.0, 4.0, "CPU 5 %")
    with filled.writing() as connection:
        anomalies.save(connection, {stored.id: [found]}, END)
    one = at(filled, DIP)
    assert "found by test, in no incident yet: score 9 over threshold 4: CPU 5 %" in said(one)
    assert one.incidents == ()


def test_a_series_that_nobody_collected_is_an_input_error(filled: Store) -> None:
    with pytest.raises(InputError, match="no such series was ever collected"):
        asked(filled, filled, Selector.parse("hw.power"), END, ONE)
