from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.detection import alerts, novelty, promise
from benchmarks.detection.alerts import Worth, incidents
from benchmarks.detection.development import VARIABLE, absent, block_of, read
from reinfra.model import MINUTE


def marked(size: int, *places: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(size, np.bool_)
    found[list(places)] = True
    return found


def test_runs_close_together_are_one_incident() -> None:
    assert incidents(marked(200, 10, 11, 40, 120)) == [(10, 41), (120, 121)]
    assert incidents(marked(5)) == []


def test_an_alert_is_true_a_little_before_and_after_an_incident() -> None:
    labels = marked(alerts.WEEK, *range(1000, 1020))
    for at, true in ((997, False), (998, True), (1029, True), (1030, False)):
        worth = Worth.of(marked(alerts.WEEK, at), labels)
        assert (worth.false == 0, len(worth.delays) == 1) == (true, true)


def test_what_is_flagged_within_half_an_hour_is_one_alert() -> None:
    worth = Worth.of(marked(alerts.WEEK, 100, 110, 140, 171), marked(alerts.WEEK))
    assert (worth.alerts, worth.false, worth.weeks) == (2, 2, 1.0)


def test_figures_pool_series_and_their_interval_holds_them() -> None:
    rows = [Worth(4, 1, 5, (3, 5, 7), 2.0), Worth(0, 0, 5, (), 2.0)]
    assert alerts.false_per_week(rows) == 0.25
    assert alerts.precision(rows) == 0.75
    assert alerts.recall(rows) == 0.3
    assert alerts.delay(rows) == 5
    low, high = alerts.interval(rows, alerts.recall)
    assert low == 0
    assert high == pytest.approx(0.6)


def test_series_are_read_from_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert VARIABLE in absent("*.parquet")
    assert any(VARIABLE in block for block in [*promise.run(), *novelty.run()])
    columns = {"series": ["b", "a", "b"], "t": [1, 0, 0], "v0": [2.0, 3.0, 1.0], "label": [1, 0, 0]}
    pq.write_table(pa.table(columns), tmp_path / "some.parquet")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert not absent("*.parquet")
    both = list(read("*.parquet"))
    assert [(one.name, one.values.tolist(), one.labels.tolist()) for one in both] == [
        ("b", [1, 2], [False, True]),
        ("a", [3], [False]),
    ]
    assert block_of(both, MINUTE).mask.tolist() == [[True, True], [True, False]]
