"""The event log of openai/evals: a line with the run's spec, then an event per line.

Fields as in evals/record.py and evals/base.py of openai/evals at 4bfc1f5 (2025-11-03).
"""

from collections.abc import Iterator
from typing import Any

from collectors.accuracy.graded import Grade, Graded, Line, Mean, number
from collectors.accuracy.moments import moment


def records(line: Line) -> Iterator[Graded | Mean]:
    """`match` events pass or fail, `metrics` events are scores, `error` events are answers without a grade.

    The final report repeats what the events say, and is not read.
    """
    spec = line.record.get("spec")
    if isinstance(spec, dict):
        models = spec.get("completion_fns")
        line.run.about["model"] = ",".join(map(str, models)) if isinstance(models, list) else ""
        line.run.about["dataset"] = str(spec.get("eval_name") or "")
        return
    if "final_report" in line.record:
        return
    data = line.record.get("data")
    if "sample_id" not in line.record or not isinstance(data, dict):
        line.refuse("not an event of openai/evals: no sample_id or data")
        return
    grades = _grades(line.text("type"), data)
    output = _text(data.get("sampled") if line.text("type") == "sampling" else data.get("picked"))
    if grades or output:
        yield Graded(
            id=f"{line.text('run_id')}:{line.record['sample_id']}",
            grades=grades,
            at=moment(line.text("created_at")),
            model=line.run.about.get("model", ""),
            dataset=line.run.about.get("dataset", ""),
            input=_text(data.get("prompt")),
            output=output,
            reference=_text(data.get("expected")),
        )


def _grades(kind: str, data: dict[str, Any]) -> tuple[Grade, ...]:
    match kind:
        case "match":
            correct = data.get("correct")
            if isinstance(correct, bool):
                return (Grade("match", float(correct), correct),)
            return (Grade("match"),)
        case "metrics":
            scores = ((name, number(found)) for name, found in data.items())
            return tuple(Grade(name, score) for name, score in scores if score is not None)
        case "error":
            return (Grade("match"),)
        case _:
            return ()


def _text(found: object) -> str:
    """A chat prompt is a list of messages: the last one is what was asked."""
    if isinstance(found, list) and found:
        last = found[-1]
        found = last.get("content") if isinstance(last, dict) else last
    return found if isinstance(found, str) else ""
