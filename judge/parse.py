"""A judge's reply into a grade. Whatever is not exactly a grade on the scale is no grade at all."""

import json
from dataclasses import dataclass
from typing import Any

from judge.rubric import Rubric, RubricKind
from reinfra.model import Verdict, VerdictStatus

VERSION = 1
"""Of what counts as a grade; part of what a verdict depends on."""

LONGEST_REPLY = 64 * 1024
"""Characters; a grade with a reason needs a small part of it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A parsed reply. `score` and `label` are None and "" unless `status` is OK; `why` says what was wrong."""

    status: VerdictStatus
    score: float | None = None
    label: str = ""
    reason: str = ""
    why: str = ""


def reply_schema(rubric: Rubric) -> dict[str, Any]:
    """The JSON schema to ask a model for. The reason comes first, so that it can shape the verdict."""
    return {
        "type": "object",
        "properties": {
            "reason": {"type": "string"},
            "verdict": {"type": "string", "enum": list(rubric.labels)},
        },
        "required": ["reason", "verdict"],
        "additionalProperties": False,
    }


def parse_reply(text: str, rubric: Rubric) -> Reply:
    """The grade in a structured reply. Never raises: garbage is UNPARSED, and never a low grade.

    The reply must be one JSON object with the schema's two fields and nothing else. Prose around it, a
    second verdict, or a label off the scale may be the graded text speaking through the judge.
    """
    try:
        label, reason = _fields(text)
    except RecursionError:
        return _unparsed("nested too deeply")
    except ValueError as error:
        return _unparsed(str(error))
    score = rubric.score(label)
    if score is None:
        return _unparsed(f"{label[:40]!r} is not on the scale")
    return Reply(VerdictStatus.OK, score, label, reason)


def _fields(text: str) -> tuple[str, str]:
    """The verdict's label and the reason. Raises ValueError, or RecursionError for deep nesting."""
    if len(text) > LONGEST_REPLY:
        raise ValueError(f"longer than {LONGEST_REPLY} characters")
    fields = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refused)
    if not isinstance(fields, dict) or set(fields) != {"reason", "verdict"}:
        raise ValueError("not an object of reason and verdict")
    label, reason = fields["verdict"], fields["reason"]
    if not isinstance(reason, str) or not isinstance(label, str):
        raise ValueError("reason and verdict must be text")  # noqa: TRY004 - unparsed like the rest
    return label, reason


def verdict_of(reply: Reply, item: str, judge: str, rubric: Rubric, order: str = "") -> Verdict:
    """The reply as a verdict on `item`. Shown in the order "ba", "first" speaks of the second answer."""
    if reply.score is None:
        return Verdict(item, judge, rubric.id, reply.status, order=order)
    if rubric.kind is RubricKind.POINTWISE:
        return Verdict(item, judge, rubric.id, reply.status, reply.score, reply.label)
    grade = rubric.nearest(1 - reply.score if order == "ba" else reply.score)
    return Verdict(item, judge, rubric.id, reply.status, grade.score, grade.label, order)


def _unparsed(why: str) -> Reply:
    return Reply(VerdictStatus.UNPARSED, why=why)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field is given twice")
    return fields


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")
