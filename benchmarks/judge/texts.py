"""Real answers from the recorded sets, and which of them no rule was tuned on."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmarks.judge.data import Found, found
from judge.recorded.lines import read_rows


@dataclass(frozen=True, slots=True)
class Text:
    """`context` is "" where the answer was drawn from none; `fresh` says that nothing was tuned on its group."""

    source: str
    answer: str
    context: str
    fresh: bool


@cache
def texts() -> tuple[Text, ...]:
    documents = {row["doc_id"]: row["text"] for row in found("summeval_docs").rows()}
    made = [*_summeval(documents), *_summedits(), *_others()]
    return tuple(made)


def _summeval(documents: dict[str, str]) -> Iterator[Text]:
    where = found("summeval_judges")
    for row in where.rows():
        yield _text("SummEval", row["doc_id"], row["summary"], documents.get(row["doc_id"], ""))


def _summedits() -> Iterator[Text]:
    for row in found("summedits").rows():
        for _, answer, *_ in row["items"]:
            yield _text("SummEdits", row["id"], answer, row["doc"])


def _others() -> Iterator[Text]:
    for row in found("faithbench").rows():
        yield _text("FaithBench", row["id"], row["summary"], row["source"])
    for row in found("halueval_general").rows():
        yield _text("HaluEval", row["id"], row["response"])
    for row in _packed(found("llmbar_pairwise")):
        yield from (_text("LLMBar", row["id"], row[name]) for name in ("output_1", "output_2"))
    for row in _packed(found("pandalm")):
        yield from (_text("PandaLM", row["id"], row[name]) for name in ("response1", "response2"))


def _packed(where: Found) -> Iterator[dict[str, Any]]:
    for path in where.files:
        yield from read_rows(path, dict)


def _text(source: str, group: object, answer: object, context: str = "") -> Text:
    """Rules were tuned on the groups whose hash is even, in the development parts."""
    digest = hashlib.sha256(str(group).encode()).hexdigest()
    written = answer if isinstance(answer, str) else json.dumps(answer)
    return Text(source, written, context, int(digest, 16) % 2 == 1)
