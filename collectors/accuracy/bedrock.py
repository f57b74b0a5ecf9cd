"""Amazon Bedrock's automated model evaluation, programmatic or by a judge: *_output.jsonl.

Fields and folders as in docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-report-s3.html. Jobs
with human workers and RAG jobs are documented without the form of their lines, and are not read.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from collectors.accuracy.graded import Grade, Graded, Line, Mean, number


def records(line: Line) -> Iterator[Graded | Mean]:
    """Scores are taken as they are written; which ones pass, the documentation does not say."""
    result = line.record.get("automatedEvaluationResult")
    scores = result.get("scores") if isinstance(result, dict) else None
    if not isinstance(scores, list):
        line.refuse("not a result of an automated evaluation job: no scores")
        return
    grades = tuple(_grade(score) for score in scores if _named(score))
    if not grades:
        line.refuse("a result without a named score")
        return
    asked = line.record.get("inputRecord")
    asked = asked if isinstance(asked, dict) else {}
    said = _response(line.record.get("modelResponses"))
    prompt = _text(asked.get("prompt"))
    category = _text(asked.get("category"))
    yield Graded(
        id=_id(line.run.path, line.number, prompt),
        grades=grades,
        model=_text(said.get("modelIdentifier")) or line.run.after("models"),
        dataset=line.run.after("datasets"),
        labels={"category": category} if category else {},
        input=prompt,
        output=_text(said.get("response")),
        reference=_text(asked.get("referenceResponse")),
    )


def _named(score: object) -> bool:
    return isinstance(score, dict) and isinstance(score.get("metricName"), str)


def _grade(score: dict[str, Any]) -> Grade:
    """A custom metric may answer with a label; a result that is null is no grade."""
    result = score.get("result")
    label = result if isinstance(result, str) and number(result) is None else ""
    return Grade(score["metricName"], number(result), None, label)


def _response(found: object) -> dict[str, Any]:
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else {}


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def _id(path: str, number: int, prompt: str) -> str:
    return blake2b(f"{path}\n{number}\n{prompt}".encode(), digest_size=16).hexdigest()
