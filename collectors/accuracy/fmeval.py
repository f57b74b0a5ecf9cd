"""Amazon SageMaker Clarify's foundation model evaluation (fmeval): <evaluation>_<dataset>.jsonl.

Fields as in EvalOutputRecord.to_dict of src/fmeval/eval_algorithms/util.py, aws/fmeval at 749cba4 (2025-08-07).
"""

from collections.abc import Iterator

from collectors.accuracy.graded import Grade, Graded, Line, Mean, number

SHARES = frozenset(
    {
        "factual_knowledge",
        "factual_knowledge_quasi_exact",
        "exact_match_score",
        "quasi_exact_match_score",
        "classification_accuracy_score",
    }
)
"""Scores that fmeval computes as 0 or 1 for each record."""


def records(line: Line) -> Iterator[Graded | Mean]:
    """A score has a value, or an error in its place."""
    scores = line.record.get("scores")
    named = scores if isinstance(scores, list) else []
    grades = tuple(
        _grade(str(score["name"]), score.get("value"))
        for score in named
        if isinstance(score, dict) and "name" in score
    )
    if not grades:
        line.refuse("not a record of fmeval: no named scores")
        return
    category = line.text("category")
    yield Graded(
        id=f"{line.run.path}:{line.number}",
        grades=grades,
        dataset=line.run.name.removesuffix(".jsonl"),
        labels={"category": category} if category else {},
        input=line.text("prompt") or line.text("model_input"),
        output=line.text("model_output"),
        reference=line.text("target_output"),
    )


def _grade(name: str, found: object) -> Grade:
    value = number(found)
    passed = value == 1 if name in SHARES and value in {0, 1} else None
    return Grade(name, value, passed)
