from pathlib import Path

import pytest

from reinfra.batch import file as scoring
from reinfra.batch.file import WARMING, Scored, score_file, write_scores
from reinfra.config import DetectSettings
from reinfra.model import InputError


def scored(folder: Path, rows: list[str]) -> Scored:
    path = folder / "data.csv"
    path.write_text("\n".join(["time,load", *rows]), encoding="utf-8")
    return score_file(path, "autoregression", DetectSettings())


def minutes(count: int) -> list[str]:
    return [
        f"2026-11-{1 + n // 1440:02d}T{n // 60 % 24:02d}:{n % 60:02d}:00Z,{n * n % 7}"
        for n in range(count)
    ]


def test_samples_that_share_a_step_are_counted_and_told_of(tmp_path: Path) -> None:
    found = scored(tmp_path, [*minutes(10), "2026-11-01T00:05:30Z,3", "2026-11-01T00:05:31Z,4"])
    assert found.points == 10
    assert found.notes[-2].startswith("2 of 12 samples shared a step of 60 s")


def test_a_file_too_short_to_judge_says_what_it_lacks(tmp_path: Path) -> None:
    assert scored(tmp_path, minutes(100)).notes == (WARMING,)
    assert scored(tmp_path, minutes(2 * 1440)).notes == (WARMING,)
    enough = scored(tmp_path, minutes(2 * 1440 + 10))
    assert (enough.notes, int(enough.judged.sum())) == ((), 10)


def test_times_keep_their_milliseconds(tmp_path: Path) -> None:
    rows = [f"2026-11-01T00:00:0{n // 2}.{500 * (n % 2):03d}Z,{n}" for n in range(6)]
    write_scores(scored(tmp_path, rows), tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    times = [line.split('",')[-1].split(",")[-5] for line in lines[1:]]
    assert times[:2] == ["2026-11-01T00:00:00Z", "2026-11-01T00:00:00.500Z"]
    assert len(times) == 6


def test_a_disk_that_fills_up_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, out = scored(tmp_path, minutes(10)), tmp_path / "out.csv"
    out.write_text("before", encoding="utf-8")

    def full(_: int) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scoring, "iso", full)
    with pytest.raises(InputError, match="No space left"):
        write_scores(found, out)
    assert out.read_text(encoding="utf-8") == "before"
    assert {each.name for each in tmp_path.iterdir()} == {"data.csv", "out.csv"}
