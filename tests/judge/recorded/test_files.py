import json
from pathlib import Path
from typing import Any

import pytest

from judge.columns import columns, ratings
from judge.recorded import read_verdict_files
from reinfra.model import InputError, VerdictStatus


def written(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_null_is_an_invalid_verdict_and_not_a_zero(tmp_path: Path) -> None:
    file = written(
        tmp_path / "v.jsonl",
        {"item": "a", "judge": "gpt", "value": None},
        {"item": "b", "judge": "gpt", "value": 0},
    )
    first, second = read_verdict_files(file).verdicts
    assert (first.status, first.score) == (VerdictStatus.UNPARSED, None)
    assert (second.status, second.score) == (VerdictStatus.OK, 0)


def test_clusters_and_strata_may_be_given_once_per_item(tmp_path: Path) -> None:
    file = written(
        tmp_path / "v.jsonl",
        {"item": 1, "judge": "gpt", "value": 1},
        {"item": 1, "judge": "llama", "value": 1, "cluster": "q", "stratum": "s"},
    )
    (item,) = read_verdict_files(file).items
    assert (item.id, item.cluster, item.stratum) == ("1", "q", "s")


def test_an_item_in_two_clusters_contradicts_itself(tmp_path: Path) -> None:
    file = written(
        tmp_path / "v.jsonl",
        {"item": "a", "judge": "gpt", "value": 1, "cluster": "q"},
        {"item": "a", "judge": "llama", "value": 1, "cluster": "other"},
    )
    with pytest.raises(InputError, match="contradicts itself"):
        read_verdict_files(file)


def test_labels_without_a_rater_are_several_peoples(tmp_path: Path) -> None:
    verdicts = written(tmp_path / "v.jsonl", {"item": "a", "judge": "gpt", "value": 1})
    labels = written(
        tmp_path / "l.jsonl",
        {"item": "a", "value": 1},
        {"item": "a", "value": 0},
        {"item": "a", "value": 1},
    )
    graded = read_verdict_files(verdicts, labels)
    assert ratings(graded).shape == (1, 3)
    assert columns(graded, "gpt").majority[0] == 1
    assert columns(graded, "gpt").human[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), True, "0.5"])
def test_a_value_off_the_scale_is_refused(value: object, tmp_path: Path) -> None:
    file = written(tmp_path / "v.jsonl", {"item": "a", "judge": "gpt", "value": value})
    with pytest.raises(InputError, match="not a number from 0 to 1"):
        read_verdict_files(file)
