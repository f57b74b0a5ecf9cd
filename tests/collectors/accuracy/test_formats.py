"""Each format by lines of the shape that its own source or documentation gives."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from collectors.accuracy.tally import MOST, Counts, Tally
from reinfra.config.sources.files import FilesSource
from tests.collectors.files.reading import Reading, read

START = 1_577_836_800


def evaluated(folder: Path, name: str, lines: list[Any], **given: Any) -> Reading:  # noqa: ANN401 - settings
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return read(path, layout="evaluations", **given)


def counts(got: Reading, **labels: str) -> dict[str, float]:
    """The one value of each metric whose series has these labels."""
    wanted = {name.replace("__", "."): text for name, text in labels.items()}
    found = {}
    for name, samples in got.samples.items():
        key = got.keys[name]
        if all(key.label(label) == text for label, text in wanted.items()):
            (found[key.metric.removeprefix("reinfra.quality.")],) = samples.values()
    return found


def test_generic_answers_are_counted_by_window_model_and_accelerator(tmp_path: Path) -> None:
    lines = [
        {"id": "1", "time": START + 1, "model": "m", "accelerator": "trn2", "passed": True},
        {"id": "2", "time": START + 59, "model": "m", "accelerator": "trn2", "passed": False},
        {"id": "3", "time": START + 61, "model": "m", "accelerator": "trn2", "passed": True},
        {"id": "4", "time": START + 62, "model": "m", "accelerator": "h100", "passed": None},
    ]
    got = evaluated(tmp_path, "a.jsonl", lines)
    by = {str(key.labels): key for key in got.keys.values()}
    assert len(by) == 2
    trn2 = {name: values for name, values in got.samples.items() if "trn2" in name}
    assert sorted(map(str, trn2.values())) == sorted(
        map(
            str,
            [
                {START * 1000: 1.0, (START + 60) * 1000: 1.0},
                {START * 1000: 2.0, (START + 60) * 1000: 1.0},
                {START * 1000: 0.0, (START + 60) * 1000: 0.0},
            ],
        )
    )
    assert counts(got, accelerator="h100") == {"successes": 0, "trials": 0, "invalid": 1}


def test_a_score_between_is_a_score_until_the_settings_say_what_passes(tmp_path: Path) -> None:
    lines = [{"id": str(i), "metric": "helpful", "score": i / 4} for i in range(5)]
    plain = evaluated(tmp_path, "a.jsonl", lines)
    assert counts(plain) == {"score": 0.5, "scored": 5}
    (score,) = (key for key in plain.keys.values() if key.metric == "reinfra.quality.score")
    assert score.label("reinfra.derived_from") == "mean of the scored answers"
    assert counts(evaluated(tmp_path, "a.jsonl", lines, pass_at={"helpful": 0.75})) == {
        "successes": 2,
        "trials": 5,
        "invalid": 0,
    }
    assert counts(evaluated(tmp_path, "a.jsonl", lines, pass_below={"helpful": 0.75})) == {
        "successes": 3,
        "trials": 5,
        "invalid": 0,
    }


def test_labels_pass_only_where_the_settings_name_them(tmp_path: Path) -> None:
    lines = [{"id": "1", "label": "Pass"}, {"id": "2", "label": "Fail"}, {"id": "3", "score": 1}]
    plain = evaluated(tmp_path, "a.jsonl", lines)
    assert list(plain.refused.values()) == [2]
    assert counts(plain) == {"score": 1, "scored": 1}
    named = evaluated(tmp_path, "a.jsonl", lines, pass_labels=["Pass"])
    assert counts(named) == {"successes": 1, "trials": 2, "invalid": 0, "score": 1, "scored": 1}


def test_answers_with_texts_go_to_the_judge(tmp_path: Path) -> None:
    line = {
        "qid": "7",
        "time": "2020-01-01T00:00:00Z",
        "model": "m",
        "score": 0.5,
        "input": "Why?",
        "output": "Because.",
        "reference": "So.",
    }
    got = evaluated(tmp_path, "a.jsonl", [line, {"qid": "8", "score": 1}], fields={"id": "qid"})
    (answer,) = got.answers
    assert (answer.id, answer.at, answer.model) == ("7", START * 1000, "m")
    assert (answer.input, answer.output, answer.reference) == ("Why?", "Because.", "So.")
    assert (answer.scorer, answer.score) == ("passed", 0.5)


def test_an_answer_that_has_no_grade_yet_is_not_graded(tmp_path: Path) -> None:
    got = evaluated(tmp_path, "a.jsonl", [{"id": "1", "input": "a", "output": "b"}])
    assert math.isnan(got.answers[0].score)


def sample(doc: int, correct: float) -> dict[str, Any]:
    """As lm_eval.evaluator builds it and EvaluationTracker.save_results_samples writes it."""
    return {
        "doc_id": doc,
        "doc": {"question": "1+1?"},
        "target": "2",
        "arguments": {"gen_args_0": {"arg_0": "Q: 1+1?", "arg_1": {"until": []}}},
        "resps": [["2"]],
        "filtered_resps": ["2"],
        "filter": "strict-match",
        "metrics": ["exact_match", "pairs"],
        "doc_hash": "a",
        "prompt_hash": "b",
        "target_hash": "c",
        "exact_match": correct,
        "pairs": [1, 2],
    }


def test_samples_of_lm_evaluation_harness(tmp_path: Path) -> None:
    name = "org__model/samples_gsm8k_2026-08-21T10-11-12.123456.jsonl"
    lines = [sample(0, 1.0), sample(1, 0.0), sample(2, 1.0)]
    got = evaluated(tmp_path, name, lines, evaluation="lm-eval")
    labels = {
        "dataset": "gsm8k",
        "gen_ai__evaluation__name": "exact_match",
        "filter": "strict-match",
    }
    assert counts(got, gen_ai__request__model="org__model", **labels) == {
        "successes": 2,
        "trials": 3,
        "invalid": 0,
    }
    assert {(one.input, one.output, one.reference) for one in got.answers} == {
        ("Q: 1+1?", "2", "2")
    }
    assert len({one.id for one in got.answers}) == 3


def results(acc: float, effective: int | None) -> dict[str, Any]:
    """As EvaluationTracker.save_results_aggregated writes it."""
    return {
        "results": {
            "arc": {
                "alias": "arc",
                "acc,none": acc,
                "acc_stderr,none": 0.1,
                "sample_len": effective,
            },
            "wiki": {"alias": "wiki", "word_perplexity,none": 9.5},
            "group": {"alias": "group", "acc,none": acc},
        },
        "groups": {"group": {"acc,none": acc}},
        "configs": {"arc": {"metric_list": [{"metric": "acc", "aggregation": "mean"}]}},
        "n-samples": {} if effective is None else {"arc": {"original": 99, "effective": effective}},
        "date": START + 0.5,
        "model_name": "org/model",
    }


def test_results_of_lm_evaluation_harness_are_counted_back_where_that_is_exact(
    tmp_path: Path,
) -> None:
    got = evaluated(tmp_path, "results_x.json", [results(0.75, 40)], evaluation="lm-eval")
    arc = {"dataset": "arc", "reinfra__derived_from": "mean times count"}
    assert counts(got, **arc) == {"successes": 30, "trials": 40, "invalid": 0}
    assert counts(got, dataset="group") == {}
    assert all(at == START * 1000 + 500 for values in got.samples.values() for at in values)


@pytest.mark.parametrize(("acc", "effective"), [(0.751, 40), (0.75, None), (1.5, 2)])
def test_a_bare_mean_is_never_turned_into_counts(
    tmp_path: Path, acc: float, effective: int | None
) -> None:
    got = evaluated(tmp_path, "results_x.json", [results(acc, effective)], evaluation="lm-eval")
    found = counts(got, dataset="arc")
    assert "trials" not in found
    assert found["score"] == pytest.approx(acc)
    assert ("scored" in found) == (effective is not None)


def test_a_metric_that_is_no_share_is_a_score_of_unknown_count(tmp_path: Path) -> None:
    got = evaluated(tmp_path, "results_x.json", [results(0.75, 40)], evaluation="lm-eval")
    derived = "mean, of how many is not said"
    assert counts(got, dataset="wiki", reinfra__derived_from=derived) == {"score": 9.5}


def test_results_of_an_automated_evaluation_job_of_bedrock(tmp_path: Path) -> None:
    """The documented keys; evaluatorDetails is what judges add."""
    lines = [
        {
            "automatedEvaluationResult": {
                "scores": [
                    {"metricName": "Builtin.Correctness", "result": result, "evaluatorDetails": []},
                    {"metricName": "tone", "result": "polite"},
                ]
            },
            "inputRecord": {"prompt": f"{result}?", "category": "c", "referenceResponse": "r"},
            "modelResponses": [{"modelIdentifier": "arn:aws:bedrock:::m", "response": "yes"}],
        }
        for result in (1.0, 0.5, None)
    ]
    name = "job/0a/models/m/taskTypes/General/datasets/mine/0b_output.jsonl"
    got = evaluated(tmp_path, name, lines, evaluation="bedrock", metrics=["Builtin.Correctness"])
    assert counts(
        got, dataset="mine", gen_ai__request__model="arn:aws:bedrock:::m", category="c"
    ) == {
        "score": 0.75,
        "scored": 2,
        "successes": 0,
        "trials": 0,
        "invalid": 1,
    }
    assert [one.output for one in got.answers] == ["yes"] * 3
    ruled = evaluated(
        tmp_path, name, lines, evaluation="bedrock", pass_at={"Builtin.Correctness": 0.6}
    )
    assert counts(ruled, gen_ai__evaluation__name="Builtin.Correctness") == {
        "successes": 1,
        "trials": 2,
        "invalid": 1,
    }


def test_records_of_fmeval(tmp_path: Path) -> None:
    """EvalOutputRecord.to_dict leaves out a value or an error that is None, and the last line's end."""
    lines = [
        {
            "model_input": "q",
            "model_output": "a",
            "target_output": "t",
            "category": "Capitals",
            "scores": [
                {"name": "factual_knowledge", **said},
                {"name": "bertscore", "value": 0.5},
            ],
        }
        for said in ({"value": 1}, {"value": 0}, {"error": "throttled"})
    ]
    got = evaluated(tmp_path, "factual_knowledge_trex.jsonl", lines, evaluation="fmeval")
    labels = {"dataset": "factual_knowledge_trex", "category": "Capitals"}
    assert counts(got, gen_ai__evaluation__name="factual_knowledge", **labels) == {
        "successes": 1,
        "trials": 2,
        "invalid": 1,
    }
    assert counts(got, gen_ai__evaluation__name="bertscore") == {"score": 0.5, "scored": 3}
    assert len(got.answers) == 3


def test_an_evaluation_table_of_mlflow(tmp_path: Path) -> None:
    table = {
        "columns": [
            "inputs",
            "outputs",
            "exact_match/v1/score",
            "toxicity/v1/score",
            "token_count",
        ],
        "data": [["a", "b", 1, 0.2, 5], ["c", "d", 0, None, 6], ["short"]],
    }
    got = evaluated(tmp_path, "eval_results_table.json", [table], evaluation="mlflow")
    assert counts(got, gen_ai__evaluation__name="exact_match") == {
        "successes": 1,
        "trials": 2,
        "invalid": 0,
    }
    toxicity = {"score": 0.2, "scored": 1, "successes": 0, "trials": 0, "invalid": 1}
    assert counts(got, gen_ai__evaluation__name="toxicity") == toxicity
    assert [(one.input, one.output) for one in got.answers] == [("a", "b"), ("c", "d")]
    assert sum(got.refused.values()) == 1


def event(number: int, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """evals.record.Event."""
    return {
        "run_id": "r",
        "event_id": number,
        "sample_id": f"s.{number}",
        "type": kind,
        "data": data,
        "created_by": "",
        "created_at": "2020-01-01 00:00:01.5+00:00",
    }


def test_the_event_log_of_openai_evals(tmp_path: Path) -> None:
    lines = [
        {"spec": {"completion_fns": ["gpt"], "eval_name": "mine.dev.v0", "run_id": "r"}},
        event(0, "sampling", {"prompt": [{"role": "user", "content": "2+2?"}], "sampled": ["4"]}),
        event(0, "match", {"correct": True, "expected": "4", "picked": "4"}),
        event(1, "match", {"correct": False, "expected": "4", "picked": None}),
        event(2, "error", {"type": "Timeout", "message": "…"}),
        event(3, "metrics", {"f1": 0.5, "note": "x"}),
        {"final_report": {"accuracy": 0.5}, "run_id": "r"},
    ]
    got = evaluated(tmp_path, "log.jsonl", lines, evaluation="openai-evals")
    labels = {"dataset": "mine.dev.v0", "gen_ai__request__model": "gpt"}
    assert counts(got, gen_ai__evaluation__name="match", **labels) == {
        "successes": 1,
        "trials": 2,
        "invalid": 1,
    }
    assert counts(got, gen_ai__evaluation__name="f1", **labels) == {"score": 0.5, "scored": 1}
    assert [(one.id, one.input, one.output) for one in got.answers] == [("r:s.0", "2+2?", "4")]


def test_what_evaluate_saves_is_a_bare_mean_of_the_metrics_that_are_named(tmp_path: Path) -> None:
    saved = {
        "accuracy": 0.9,
        "seed": 42,
        "model": "m",
        "_timestamp": "2020-01-01T00:00:00",
        "_evaluate_version": "0.4.6",
    }
    got = evaluated(tmp_path, "r.json", [saved], evaluation="hf-evaluate", metrics=["accuracy"])
    assert counts(got, gen_ai__request__model="m") == {"score": 0.9}
    with pytest.raises(ValueError, match="name the metrics"):
        FilesSource(paths=("x",), layout="evaluations", evaluation="hf-evaluate")


def test_a_result_that_is_written_again_counts_for_its_new_time_only(tmp_path: Path) -> None:
    first = evaluated(tmp_path, "r.json", [results(0.5, 2)], evaluation="lm-eval")
    path = tmp_path / "r.json"
    path.write_text(json.dumps(results(1.0, 4)))
    again = read(path, first.cursor, layout="evaluations", evaluation="lm-eval")
    assert counts(again, dataset="arc") == {"successes": 4, "trials": 4, "invalid": 0}


def test_a_run_over_several_files_is_counted_together(tmp_path: Path) -> None:
    for name in ("a", "b"):
        line = {"id": name, "time": START, "passed": True}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    got = read(tmp_path / "*.jsonl", layout="evaluations")
    assert counts(got) == {"successes": 2, "trials": 2, "invalid": 0}
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write(json.dumps({"id": "c", "time": START + 1, "passed": False}) + "\n")
    more = read(tmp_path / "*.jsonl", got.cursor, layout="evaluations")
    assert counts(more) == {"successes": 2, "trials": 3, "invalid": 0}


def test_only_the_latest_windows_are_remembered_and_a_later_answer_is_not_lost_silently() -> None:
    tally = Tally()
    for at in range(MOST + 5):
        assert tally.add({"a": "b"}, at, Counts(1, 1))
    tally.stored()
    assert len(tally.counts) == MOST
    assert not tally.add({"a": "b"}, 3, Counts(1, 1))


@pytest.mark.parametrize("evaluation", ["generic", "bedrock", "fmeval", "lm-eval", "openai-evals"])
def test_lines_of_something_else_are_refused(tmp_path: Path, evaluation: str) -> None:
    good = {
        "id": "1",
        "passed": True,
        "doc_id": 1,
        "metrics": ["acc"],
        "acc": 1,
        "type": "match",
    } | {
        "automatedEvaluationResult": {"scores": [{"metricName": "a", "result": 1}]},
        "scores": [{"name": "a", "value": 1}],
        "sample_id": "s",
        "data": {"correct": True},
    }
    got = evaluated(tmp_path, "a.jsonl", [good, {"x": [1]}], evaluation=evaluation)
    assert len(got.refused) == 1
    assert got.samples
