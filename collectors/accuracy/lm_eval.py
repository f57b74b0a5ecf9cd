"""lm-evaluation-harness: samples_*.jsonl (an answer per line) and results_*.json (a figure per task).

Fields as in lm_eval/result_schema.py and loggers/evaluation_tracker.py of EleutherAI/lm-evaluation-harness
at 4e7e0d4 (2026-08-21).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.accuracy.graded import Grade, Graded, Line, Mean, number

SHARES = frozenset({"acc", "acc_norm", "exact_match"})
"""Metrics that are 0 or 1 for each document."""

_SAMPLES = re.compile(r"samples_(?P<task>.+)_\d{4}-\d\d-\d\dT[\d.-]+\.jsonl$")


def whole(name: str) -> bool:
    return name.endswith(".json")


def samples(line: Line) -> Iterator[Graded | Mean]:
    """One per document and filter; log-likelihood tasks have no text that a judge could read."""
    record = line.record
    if "doc_id" not in record:
        line.refuse("not a sample of lm-evaluation-harness: no doc_id")
        return
    task, name = _task(line.run.name), line.text("filter")
    grades = tuple(_grade(metric, record.get(metric)) for metric in _metrics(record))
    if not grades:
        line.refuse("a sample without a metric that is one number")
        return
    parts = line.run.path.split("/")
    model = parts[-2] if len(parts) > 1 else ""
    yield Graded(
        id=":".join((model, line.run.name, str(record["doc_id"]), name)),
        grades=grades,
        model=model,
        dataset=task,
        labels={"filter": name} if name not in {"", "none"} else {},
        input=_prompt(record),
        output=_answer(record),
        reference=line.text("target"),
    )


def results(line: Line) -> Iterator[Graded | Mean]:
    """Figures of tasks; those of groups are made of them and would count answers twice."""
    record = line.record
    found, groups = record.get("results"), record.get("groups") or {}
    if not isinstance(found, dict):
        line.refuse("not results of lm-evaluation-harness: no results")
        return
    date = number(record.get("date"))
    for task, figures in found.items():
        if task in groups or not isinstance(figures, dict):
            continue
        averaged = _averaged(record, task)
        for name, said in figures.items():
            metric, _, given = name.partition(",")
            value = number(said) if given and not metric.endswith("_stderr") else None
            if value is not None:
                yield Mean(
                    metric=metric,
                    value=value,
                    count=_count(record, task),
                    share=metric in SHARES & averaged,
                    at=None if date is None else round(date * 1000),
                    model=line.text("model_name"),
                    dataset=task,
                    labels={"filter": given} if given != "none" else {},
                )


def _metrics(record: Mapping[str, Any]) -> list[str]:
    names = record.get("metrics")
    known = names if isinstance(names, list) else []
    return [name for name in known if isinstance(name, str) and _single(record.get(name))]


def _single(found: object) -> bool:
    """Some tasks keep pairs or lists, which only the harness can make one figure of."""
    return found is None or number(found) is not None


def _grade(metric: str, found: object) -> Grade:
    value = number(found)
    passed = value == 1 if metric in SHARES and value in {0, 1} else None
    return Grade(metric, value, passed)


def _task(name: str) -> str:
    found = _SAMPLES.match(name)
    return found["task"] if found else ""


def _prompt(record: Mapping[str, Any]) -> str:
    arguments = record.get("arguments")
    first = arguments.get("gen_args_0") if isinstance(arguments, dict) else None
    prompt = first.get("arg_0") if isinstance(first, dict) else None
    return prompt if isinstance(prompt, str) else ""


def _answer(record: Mapping[str, Any]) -> str:
    found = record.get("filtered_resps")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, str) else ""


def _count(record: Mapping[str, Any], task: str) -> int | None:
    counts = record.get("n-samples")
    one = counts.get(task) if isinstance(counts, dict) else None
    found = one.get("effective") if isinstance(one, dict) else None
    return found if isinstance(found, int) and found > 0 else None


def _averaged(record: Mapping[str, Any], task: str) -> set[str]:
    """The metrics that the task's own configuration takes the plain mean of."""
    configs = record.get("configs")
    config = configs.get(task) if isinstance(configs, dict) else None
    listed = config.get("metric_list") if isinstance(config, dict) else None
    return {
        str(one.get("metric"))
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("aggregation") == "mean"
    }
