from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reinfra.batch.file import WARMING, ScoredFile, score_file
from reinfra.batch.score.settings import Mode, ScoreSettings
from reinfra.batch.score.write import write_table
from reinfra.config import DetectSettings
from reinfra.model import InputError

AUTOREGRESSION = ScoreSettings(DetectSettings(), Mode.STREAM, "autoregression")


def scored(
    folder: Path, rows: list[str], head: str = "time,load", settings: ScoreSettings = AUTOREGRESSION
) -> ScoredFile:
    path = folder / "data.csv"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return score_file(path, settings)


def minutes(count: int) -> list[str]:
    return [
        f"2026-11-{1 + n // 1440:02d}T{n // 60 % 24:02d}:{n % 60:02d}:00Z,{n * n % 7}"
        for n in range(count)
    ]


def test_samples_that_share_a_step_are_counted_and_told_of(tmp_path: Path) -> None:
    found = scored(tmp_path, [*minutes(10), "2026-11-01T00:05:20Z,3", "2026-11-01T00:05:21Z,4"])
    assert found.points == 10
    assert found.notes[-2].startswith("2 of 12 samples shared a step of 60 s")


def test_a_file_too_short_to_score_says_so(tmp_path: Path) -> None:
    assert scored(tmp_path, minutes(12)).notes == (WARMING,)
    assert scored(tmp_path, minutes(300)).notes == ()


def test_every_row_of_the_file_has_its_row_in_the_files_order(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    rows = [(f"s{n % 3}", n // 3, float(generator.normal())) for n in range(1500)]
    generator.shuffle(rows)
    lines = [f"{name},{t},{value!r}" for name, t, value in rows]
    table = scored(tmp_path, lines, "series,t,v0").table()
    frame = table.to_pandas().astype({"series": str})
    assert [*zip(frame["series"], frame["time"], frame["value"], strict=True)] == rows
    in_order = sorted(lines, key=lambda line: (line.split(",")[0], int(line.split(",")[1])))
    again = scored(tmp_path, in_order, "series,t,v0").table().to_pandas().astype({"series": str})
    both = ["series", "time"]
    pd.testing.assert_frame_equal(frame.sort_values(both).reset_index(drop=True), again)


def test_columns_without_a_series_column_are_series_of_their_own(tmp_path: Path) -> None:
    rows = [f"{n},{n % 7},{n % 5}" for n in range(300)]
    frame = scored(tmp_path, rows, "t,a,b").table().to_pandas()
    assert frame["series"].tolist() == ["a"] * 300 + ["b"] * 300
    assert frame["time"].tolist() == [*range(300)] * 2


def test_channels_of_few_values_are_context_and_get_no_alarm(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    level = generator.normal(size=600)
    command = np.zeros(600)
    command[400:] = 9
    rows = [f"x,{n},{command[n]},{level[n]}" for n in range(600)]
    frame = scored(tmp_path, rows, "series,t,command,level").table().to_pandas()
    assert set(frame["channel"]) == {"level"}
    alone = scored(tmp_path, [f"x,{n},{v}" for n, v in enumerate(level)], "series,t,level")
    np.testing.assert_array_equal(frame["score"], alone.table().to_pandas()["score"])


def test_answers_in_the_file_are_not_looked_at(tmp_path: Path) -> None:
    found = scored(tmp_path, [f"x,{n},{n % 7},0" for n in range(300)], "series,t,v0,label")
    assert found.sheet.channels == ("v0",)
    assert "'label' holds answers" in found.notes[1]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_what_is_written_is_what_was_scored(tmp_path: Path, name: str) -> None:
    found = scored(tmp_path, minutes(300))
    write_table(found.table(), tmp_path / name)
    read = pd.read_csv if name.endswith("csv") else pd.read_parquet
    frame = read(tmp_path / name)
    assert [*frame.columns] == [
        *("series", "time", "value", "score", "expected", "lower", "upper", "anomaly", "score_now")
    ]
    want = found.table().to_pandas()["score"]
    np.testing.assert_allclose(frame["score"], want, rtol=1e-12)


def test_a_disk_that_fills_up_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, out = scored(tmp_path, minutes(10)), tmp_path / "out.csv"
    out.write_text("before", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.csv.write_csv", full)
    with pytest.raises(InputError, match="No space left"):
        write_table(found.table(), out)
    assert out.read_text(encoding="utf-8") == "before"
    assert {each.name for each in tmp_path.iterdir()} == {"data.csv", "out.csv"}
