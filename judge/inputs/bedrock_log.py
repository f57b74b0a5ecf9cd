"""Answers from Amazon Bedrock's model invocation logs: JSON lines, gzipped or not, in a folder or in S3.

Fields as in "Monitor model invocation using CloudWatch Logs and Amazon S3" of the Bedrock user guide. The bodies
are each model family's own: read are Converse and the families whose messages look like it (Nova), Anthropic's
Messages and older prompts, Titan, Llama, Mistral and Cohere, streams put together. Others are counted as refused.
So are bodies that the log put into an object of its own (over 100 KB) and requests that are no text.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from judge.inputs.given import Given, GivenPage
from judge.inputs.lines import LONGEST_NAME, LONGEST_TEXT
from judge.prompt import Task

SCHEMA = "ModelInvocationLog"


def page_of(records: Iterable[Mapping[str, Any]], service: str = "") -> GivenPage:
    """`service` names what asked, where the log does not tell: its request's metadata may, under "service"."""
    items: dict[str, Given] = {}
    refused: Counter[str] = Counter()
    for record in records:
        try:
            given = _given(record, service)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            refused[str(error)[:100] if isinstance(error, ValueError) else "not as documented"] += 1
            continue
        items.setdefault(given.id, given)
    return GivenPage(tuple(items.values()), refused)


def _given(record: Mapping[str, Any], service: str) -> Given:
    if record.get("schemaType") != SCHEMA:
        raise ValueError("no model invocation log")
    asked, said = record["input"].get("inputBodyJson"), record["output"].get("outputBodyJson")
    if asked is None or said is None:
        raise ValueError("a body that is not in the log")
    question, context = _question(asked)
    answer, finish = _answer(said)
    if not question:
        raise ValueError("a request without text")
    if max(len(question), len(answer), len(context)) > LONGEST_TEXT:
        raise ValueError("a text that is too long")
    metadata = record.get("requestMetadata") or {}
    return Given(
        id=str(record["requestId"])[:LONGEST_NAME],
        task=Task(question, (answer,), context=context),
        at=round(datetime.fromisoformat(record["timestamp"]).timestamp() * 1_000),
        service=str(metadata.get("service", service))[:LONGEST_NAME],
        model=str(record["modelId"]).rsplit("/", 1)[-1][:LONGEST_NAME],
        prompt_version=str(metadata.get("prompt_version", ""))[:LONGEST_NAME],
        finish=finish,
    )


def _question(body: Mapping[str, Any]) -> tuple[str, str]:
    """What was asked last; the earlier turns and the system prompt are context."""
    if "messages" in body:
        turns = [
            (str(turn.get("role", "")), _joined(turn.get("content"))) for turn in body["messages"]
        ]
        asked = [place for place, (role, text) in enumerate(turns) if role == "user" and text]
        if not asked:
            return "", ""
        earlier = [f"{role}: {text}" for role, text in turns[: asked[-1]] if text]
        system = _joined(body.get("system"))
        return turns[asked[-1]][1], "\n\n".join(part for part in (system, *earlier) if part)
    for name in ("prompt", "inputText", "message"):
        if isinstance(body.get(name), str):
            return body[name], ""
    raise ValueError("a model family whose requests are unknown")


def _answer(body: Mapping[str, Any] | list[Any]) -> tuple[str, str]:
    """The text and why the model stopped, "" where it does not say."""
    if isinstance(body, list):
        return "".join(_streamed(body)), _finish(body)
    finish = str(
        body.get("stopReason") or body.get("stop_reason") or body.get("finish_reason") or ""
    )
    if "output" in body:
        return _joined(body["output"]["message"]["content"]), finish
    if "content" in body:
        return _joined(body["content"]), finish
    if "results" in body:
        return "".join(str(each["outputText"]) for each in body["results"]), finish
    if "outputs" in body:
        return "".join(str(each["text"]) for each in body["outputs"]), finish
    for name in ("generation", "completion", "text"):
        if isinstance(body.get(name), str):
            return body[name], finish
    raise ValueError("a model family whose replies are unknown")


def _streamed(parts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        delta = part.get("delta") or part.get("contentBlockDelta", {}).get("delta") or {}
        for text in (delta.get("text"), part.get("completion"), part.get("generation")):
            if isinstance(text, str):
                yield text


def _finish(parts: Iterable[Mapping[str, Any]]) -> str:
    for part in parts:
        delta = part.get("delta") or part.get("messageStop") or {}
        said = delta.get("stop_reason") or delta.get("stopReason") or part.get("stop_reason")
        if said:
            return str(said)
    return ""


def _joined(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "\n".join(
        str(each["text"])
        for each in blocks
        if isinstance(each, dict) and isinstance(each.get("text"), str)
    )
