"""Replies that a judge once gave, given again: no model, no credentials, no cost now.

A line is {"item", "text"} with optional "order", "replicate", "input_tokens" and "output_tokens", or {"item",
"value"} with a grade, null for a reply that was none. What was never recorded is an error of that item.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from judge.backends.base import Asked, Graded, Usage, count, failed
from judge.identity import Setting
from judge.items import GradedSet
from judge.parse import parse_reply
from judge.recorded.lines import Row, read_rows, text
from reinfra.model import InputError, VerdictStatus

Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """`text` as the judge wrote it; `label` and `score` in its place where only the grade was recorded."""

    text: str = ""
    score: float | None = None
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Recorded:
    """`name` is the judge's that gave the replies."""

    name: str
    replies: Mapping[Key, RecordedReply]

    @property
    def judge(self) -> str:
        return f"recorded/{self.name}"

    @property
    def settings(self) -> Mapping[str, Setting]:
        return {"backend": "recorded", "model": self.name}

    def ask(self, asked: Asked) -> Graded:
        given = self.replies.get((asked.item, asked.order, asked.replicate)) or self.replies.get(
            (asked.item, asked.order, 0)
        )
        if given is None:
            return failed(VerdictStatus.ERROR, "no reply was recorded for this item")
        said = given.text or _written(given.score, asked)
        return Graded(parse_reply(said.strip(), asked.rubric), said, given.usage)

    def close(self) -> None:
        """There is no connection."""


def _written(score: float | None, asked: Asked) -> str:
    """A recorded grade as the reply that says it; "" where there was none, or none on this rubric's scale."""
    if score is None:
        return ""
    shown = 1 - score if asked.order == "ba" else score
    grade = asked.rubric.nearest(shown)
    if abs(grade.score - shown) > 1e-9:  # noqa: PLR2004 - what arithmetic leaves
        return ""
    return json.dumps({"reason": "a recorded grade; its reason was not", "verdict": grade.label})


def read_replies(path: Path) -> Recorded:
    """Raises InputError with file and line."""
    rows = read_rows(path, _reply)
    replies = dict(rows)
    if len(replies) < len(rows):
        raise InputError("two replies for one item, order and replicate", where=str(path))
    return Recorded(path.stem, replies)


def replies_of(graded: GradedSet, judge: str) -> Recorded:
    """The verdicts of one judge of a graded set, as replies. Raises InputError for an unknown one."""
    said = graded.by(judge)
    if not said:
        raise InputError(f"no judge {judge!r}", where=graded.name)
    return Recorded(
        judge, {(each.item, each.order, 0): RecordedReply(score=each.score) for each in said}
    )


def _reply(row: Row) -> tuple[Key, RecordedReply]:
    order = text(row, "order") if row.get("order") is not None else ""
    usage = Usage(count(row.get("input_tokens")), count(row.get("output_tokens")))
    key = text(row, "item"), order, count(row.get("replicate"))
    if "text" in row:
        return key, RecordedReply(text(row, "text"), usage=usage)
    value = row["value"]
    if value is not None and (isinstance(value, bool) or not 0 <= value <= 1):
        raise ValueError("value is neither null nor a number from 0 to 1")
    return key, RecordedReply(score=value, usage=usage)
