"""`reinfra gaps compare --runs`: one file, two names, one document."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reinfra.cli.main import app

JANUARY_18, JANUARY_19 = (f"fmbench_llama2_13b_2024-01-{day}.csv.gz" for day in (18, 19))
LARGE = "fmbench_llama2_70b_2024-01-18.csv.gz"


def said(folder: Path, files: list[str], candidate: str, baseline: str) -> dict[str, Any]:
    runs = [part for file in files for part in ("--runs", str(folder / file))]
    names = ["--baseline", baseline, "--candidate", candidate]
    done = CliRunner().invoke(app, ["gaps", "compare", *runs, *names, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_file_gives_pooled_beside_matched_and_a_cost_that_adds_up(folder: Path) -> None:
    found = said(folder, [JANUARY_19], "inf2.24xlarge", "ml.g5.24xlarge")
    measures = {one["name"]: one for one in found["measures"]}
    assert measures["latency"]["pooled"]["ratio"] == pytest.approx(0.51, abs=0.01)
    matched = measures["time_per_token"]["matched"]
    assert [matched["ratio"], matched["low"], matched["high"]] == pytest.approx(
        [1.31, 1.21, 1.42], abs=0.015
    )
    cost = found["decomposition"]
    parts = sum(part["value"] for part in cost["parts"].values())
    assert parts == pytest.approx(cost["difference"]["value"], abs=1e-9)
    assert abs(cost["residual"]) < 1e-9
    assert found["overlap"]["baseline"] == pytest.approx(0.39, abs=0.005)
    assert not found["overlap"]["comparable"]
    assert [one["check"] for one in found["refused"]] == ["overlap"]
    assert len(found["strata"]["used"]) == 4
    assert {one["payload"] for one in found["strata"]["dropped"]} > {"payload_en_3000-4000"}
    assert found["strata"]["pooled_sign_wrong"]


@pytest.mark.parametrize(
    ("file", "candidate", "baseline", "check"),
    [
        (LARGE, "p4d.24xlarge", "g5.48xlarge", "token counter"),
        (JANUARY_18, "p4d.24xlarge", "g5.48xlarge", "model"),
    ],
)
def test_what_means_nothing_is_refused_without_a_figure(
    folder: Path, file: str, candidate: str, baseline: str, check: str
) -> None:
    found = said(folder, [file], candidate, baseline)
    assert (found["kind"], found["measures"], found["decomposition"]) == ("refusal", [], None)
    assert check in {one["check"] for one in found["refused"]}


def test_one_name_in_two_files_compares_its_deployments(folder: Path) -> None:
    found = said(folder, [JANUARY_18, JANUARY_19], "inf2.24xlarge", "inf2.24xlarge")
    flags = {one["check"]: one["reason"] for one in found["flags"]}
    assert "the deployment, not the silicon" in flags["class"]
    assert found["candidate"]["endpoints"] == ["llama-2-13b-inf2-24xlarge-1705642890"]


def test_deployments_that_are_pooled_are_flagged_with_the_step_between_them(folder: Path) -> None:
    found = said(folder, [JANUARY_18, JANUARY_19], "inf2.24xlarge", "g5.24xlarge")
    reasons = [one["reason"] for one in found["flags"] if one["check"] == "deployment"]
    assert "5.6 times between them" in reasons[0]


def test_failures_leave_a_measure_without_a_value_and_say_so(folder: Path) -> None:
    found = said(folder, [JANUARY_18], "inf2.48xlarge", "g5.48xlarge")
    assert {"time_per_token", "usd_per_million_output_tokens"} <= {
        one["what"] for one in found["refused"]
    }


def test_a_name_with_one_deployment_cannot_stand_on_both_sides(folder: Path) -> None:
    names = ["--baseline", "g5.24xlarge", "--candidate", "ml.g5.24xlarge"]
    file = ["--runs", str(folder / JANUARY_19)]
    done = CliRunner().invoke(app, ["gaps", "compare", *file, *names])
    assert done.exit_code != 0
    assert "1 deployments" in str(done.exception)
