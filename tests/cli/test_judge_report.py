"""`reinfra judge report --verdicts FILE [--labels FILE] --json`: files alone, no database."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import Run

TRUTH = np.random.default_rng(7).random(1_000) < 0.7
VERDICTS, LABELS = Path("verdicts.jsonl"), Path("labels.jsonl")


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def verdicts() -> list[dict[str, Any]]:
    """A judge that errs on every ninth item, and always to the good."""
    return [
        {"item": f"i{row}", "judge": "m", "value": float(truth or row % 9 == 0)}
        for row, truth in enumerate(TRUTH)
    ]


def labels(count: int) -> list[dict[str, Any]]:
    return [{"item": f"i{row}", "value": int(TRUTH[row])} for row in range(count)]


def report(reinfra: Run, *arguments: str) -> dict[str, Any]:
    outcome = reinfra("judge", "report", "--verdicts", str(VERDICTS), *arguments, "--json")
    assert outcome.code == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def test_a_hundred_labels_correct_a_kind_judge(reinfra: Run) -> None:
    write(VERDICTS, verdicts())
    write(LABELS, labels(150))
    (judge,) = report(reinfra, "--labels", str(LABELS))["judges"]
    assert (judge["judge"], judge["n"], judge["invalid_share"]) == ("m", 1_000, 0)
    assert judge["raw"]["low"] > TRUTH.mean()
    assert judge["ppi"]["low"] < TRUTH.mean() < judge["ppi"]["high"]
    assert judge["ppi"]["method"] == "PPI++"
    width = {name: judge[name]["high"] - judge[name]["low"] for name in ("ppi", "labels_only")}
    assert width["ppi"] < 0.7 * width["labels_only"]
    assert 0.8 < judge["kappa"]["value"] < 0.95
    assert judge["alpha"]["of"] == "judge and people"
    assert (judge["badge"], judge["reason"]) == ("calibrated", "")


def test_without_labels_every_missing_figure_says_why(reinfra: Run) -> None:
    rows = verdicts()
    for row in rows[:60]:
        row["value"] = None
    write(VERDICTS, rows)
    (judge,) = report(reinfra)["judges"]
    assert judge["invalid_share"] == 0.06
    assert judge["raw"]["n"] == 940
    assert judge["degraded"]
    assert judge["uncalibrated"]
    assert "6.0%" in judge["reason"]
    for name in ("labels_only", "ppi", "kappa", "alpha"):
        assert judge[name]["interval"] is None
        assert judge[name]["reason"]


def test_clusters_and_strata_are_minded(reinfra: Run) -> None:
    rows = verdicts()
    for row, verdict in enumerate(rows):
        verdict["stratum"] = "ab"[row % 2]
        verdict["cluster"] = int(TRUTH[row]) * 100 + row % 40
    write(VERDICTS, rows)
    write(LABELS, labels(120))
    (judge,) = report(reinfra, "--labels", str(LABELS))["judges"]
    assert judge["raw"]["method"] == "cluster-robust t"
    width, alone = (judge[name]["high"] - judge[name]["low"] for name in ("raw", "raw_independent"))
    assert width > 1.5 * alone
    assert judge["ppi"]["method"] == "stratified PPI++"
    assert [part["stratum"] for part in judge["strata"]] == ["a", "b"]
    assert all("60 human labels" in part["ppi"]["reason"] for part in judge["strata"])


def test_any_scale_will_do_and_peoples_agreement_is_told(reinfra: Run) -> None:
    write(VERDICTS, [{"item": n, "judge": "m", "value": 1 + n % 5} for n in range(200)])
    people = [
        {"item": n, "value": 1 + (n + shift * (n % 10 == 0)) % 5, "rater": f"r{shift}"}
        for n in range(200)
        for shift in range(2)
    ]
    write(LABELS, [*people, {"item": "nobody's", "value": 3}])
    found = report(reinfra, "--labels", str(LABELS))
    (judge,) = found["judges"]
    assert judge["raw"]["mean"] == pytest.approx(3)
    assert judge["raw"]["high"] > 3
    assert judge["alpha"] == {"of": "people"} | found["alpha"]
    assert judge["alpha"]["value"] == pytest.approx(0.875, abs=2e-3)
    assert found["notes"] == ['1 labelled items have no verdict and are left out: "nobody\'s" ...']


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"item": "a", "judge": "m", "value": 1}', "line 2: .*second verdict of 'm' on item 'a'"),
        ('{"item": "b", "judge": "m", "value": NaN}', "line 2: .*value nan is no number"),
        ('{"item": "b", "judge": "m", "value": 1' + "0" * 400 + "}", "line 2: .*is no number"),
        ('{"item": "b", "judge": "m"}', "line 2: .*no 'value'"),
        ('{"item": "a", "judge": "n", "value": 1, "cluster": "x"}', "contradicts itself"),
        ('{"item": "b", "judge": ["m"], "value": 1}', "judge is list"),
        ("{", "line 2: not JSON"),
    ],
    ids=["duplicate", "nan", "huge", "no value", "cluster", "judge", "json"],
)
def test_a_bad_line_is_one_line_with_its_place(reinfra: Run, line: str, why: str) -> None:
    first = '{"item": "a", "judge": "m", "value": 1, "cluster": "c"}\n'
    VERDICTS.write_text(f"{first}{line}\n")
    outcome = reinfra("judge", "report", "--verdicts", str(VERDICTS), "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert re.search(why, outcome.err)


def test_labels_need_verdicts_and_a_set_is_either_stored_or_a_file(reinfra: Run) -> None:
    assert reinfra("judge", "report", "--labels", "x.jsonl").code == 2
    assert reinfra("judge", "report", "LLMBar", "--verdicts", "x.jsonl").code == 2
