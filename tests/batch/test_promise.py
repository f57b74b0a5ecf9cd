"""`reinfra score --false-alarms-per-week --calibrate`."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reinfra.batch.file import ScoredFile, score_file
from reinfra.batch.score.history import History, Promise
from reinfra.batch.score.settings import Mode, ScoreSettings
from reinfra.config import DetectSettings
from reinfra.model import InputError

DAYS, STEP = 9, 5  # minutes
POINTS = DAYS * 1440 // STEP
HALF = History(share=0.5)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Five series of five-minute noise; two spikes ten minutes apart in the history, two after it."""
    values = np.random.default_rng(0).normal(50, 2, (5, POINTS))
    for at in (POINTS // 3, POINTS // 3 + 2, POINTS - 500, POINTS - 498, POINTS - 300):
        values[2, at] += 90
    series = np.repeat([f"s{row}" for row in range(5)], POINTS)
    times = np.tile(STEP * np.arange(POINTS), 5)
    return pd.DataFrame({"series": series, "t": times, "v0": values.ravel()})


def kept(frame: pd.DataFrame, folder: Path, history: History = HALF) -> ScoredFile:
    frame.to_parquet(folder / "data.parquet", index=False)
    settings = ScoreSettings(DetectSettings(), Mode.STREAM, promise=Promise(0.25, history))
    return score_file(folder / "data.parquet", settings)


def test_one_row_is_flagged_per_alert_and_none_in_the_history(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    found = kept(frame, tmp_path)
    table = found.table().to_pandas()
    mine = table[(table["series"] == "s2").to_numpy()].reset_index(drop=True)
    alerts = np.flatnonzero(mine["alert"])
    assert {POINTS - 500, POINTS - 300} <= set(alerts)
    assert POINTS - 498 not in alerts
    assert table["alert"].sum() <= 4
    assert not mine["anomaly"][: POINTS // 2].any()
    assert any("5 like series" in note for note in found.notes)


def test_what_follows_changes_no_alert(frame: pd.DataFrame, tmp_path: Path) -> None:
    history = History(rows=POINTS // 2)
    whole = kept(frame, tmp_path, history).table().to_pandas()
    early = frame["t"] < STEP * (POINTS - 400)
    cut = kept(frame[early], tmp_path, history).table().to_pandas()
    assert np.array_equal(whole["alert"][early.to_numpy()], cut["alert"])
    assert cut["alert"].any()


def test_rows_may_come_in_any_order(frame: pd.DataFrame, tmp_path: Path) -> None:
    shuffled = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    tables = [kept(one, tmp_path).table().to_pandas() for one in (frame, shuffled)]
    rows = [
        sorted(zip(one["series"][one["alert"]], one["time"][one["alert"]], strict=True))
        for one in tables
    ]
    assert rows[0] == rows[1]


def test_series_in_different_blocks_are_one_fleet(frame: pd.DataFrame, tmp_path: Path) -> None:
    """Those that cover other times are read apart."""
    later = frame.assign(t=frame["t"] + 6 * 1440, series="late" + frame["series"])
    both = pd.concat([frame, later], ignore_index=True)
    found = kept(both, tmp_path)
    assert len(found.parts) > 1
    alone = kept(later, tmp_path).parts[0][1].thresholds
    joined = found.parts[-1][1].thresholds
    first = joined.shape[1] // 2 + 1
    assert np.isfinite(joined[:, first]).all()
    assert not np.array_equal(alone[:, first], joined[:, first])


@pytest.mark.parametrize(
    ("text", "rows", "wanted"),
    [("0", 9, 0), ("5", 9, 5), ("50", 9, 9), ("0.5", 9, 4), (".9", 9, 8)],
)
def test_history_is_rows_or_a_share_rounded_down(text: str, rows: int, wanted: int) -> None:
    assert History.parse(text).of(rows) == wanted


@pytest.mark.parametrize("text", ["", "half", "-1", "1.0", "nan", "inf", "-0.5", "1e3"])
def test_an_amount_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="history"):
        History.parse(text)
