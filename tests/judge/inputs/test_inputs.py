"""Answers from outside, and which of them are chosen."""

import gzip
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from judge.inputs.bedrock_log import page_of
from judge.inputs.given import Given
from judge.inputs.lines import read_lines
from judge.inputs.places import records
from judge.inputs.redact import redacted, redaction, simple
from judge.inputs.sampling import Plan, sample
from judge.prompt import Task
from reinfra.model import InputError


def log(asked: Any, said: Any, request: str = "r1") -> dict[str, Any]:  # noqa: ANN401
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": "2026-11-21T10:00:00Z",
        "requestId": request,
        "operation": "Converse",
        "modelId": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
        "input": {"inputBodyJson": asked},
        "output": {"outputBodyJson": said},
    }


TURNS = [
    {"role": "user", "content": [{"text": "Hi"}]},
    {"role": "assistant", "content": [{"text": "Hello"}]},
    {"role": "user", "content": [{"text": "Who?"}]},
]
CONVERSE = {"output": {"message": {"content": [{"text": "Me"}]}}, "stopReason": "end_turn"}
STREAM = [
    {"type": "content_block_delta", "delta": {"text": "M"}},
    {"type": "content_block_delta", "delta": {"text": "e"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
]
BODIES = {
    "Converse": ({"messages": TURNS, "system": [{"text": "Be kind"}]}, CONVERSE),
    "Anthropic stream": ({"messages": [{"role": "user", "content": "Who?"}]}, STREAM),
    "Titan": ({"inputText": "Who?"}, {"results": [{"outputText": "Me"}]}),
    "Llama": ({"prompt": "Who?"}, {"generation": "Me", "stop_reason": "stop"}),
    "Mistral": ({"prompt": "Who?"}, {"outputs": [{"text": "Me"}]}),
    "Cohere": ({"message": "Who?"}, {"text": "Me", "finish_reason": "COMPLETE"}),
}


@pytest.mark.parametrize("family", BODIES)
def test_each_familys_log_gives_question_and_answer(family: str) -> None:
    (given,) = page_of([log(*BODIES[family])]).items
    assert (given.task.question, given.task.answers) == ("Who?", ("Me",))
    assert (given.model, given.at) == ("amazon.nova-pro-v1:0", 1_795_255_200_000)
    if family == "Converse":
        assert given.task.context == "Be kind\n\nuser: Hi\n\nassistant: Hello"


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"schemaType": "ModelInvocationLog"},
        log(None, CONVERSE),
        log({"messages": 3}, CONVERSE),
        log({"image": "x"}, CONVERSE),
        log({"messages": TURNS}, {"embedding": [1]}),
    ],
    ids=["empty", "bare", "no body", "odd turns", "image", "embedding"],
)
def test_a_record_that_cannot_be_graded_is_counted(record: dict[str, Any]) -> None:
    page = page_of([record, log(*BODIES["Converse"])])
    assert (len(page.items), page.refused.total()) == (1, 1)


def test_logs_are_read_from_a_folder_and_from_s3_alike(tmp_path: Path) -> None:
    content = gzip.compress(json.dumps(log(*BODIES["Titan"])).encode())
    (tmp_path / "a.json.gz").write_bytes(content)
    client = boto3.session.Session("none", "none", region_name="us-east-1").client("s3")
    entry = {"Key": "logs/a.json.gz", "Size": len(content)}
    with Stubber(client) as stub:
        stub.add_response(
            "list_objects_v2", {"Contents": [entry]}, {"Bucket": "b", "Prefix": "logs/"}
        )
        body = {"Body": _Body(content)}
        stub.add_response("get_object", body, {"Bucket": "b", "Key": "logs/a.json.gz"})
        assert list(records("s3://b/logs/", client)) == list(records(str(tmp_path)))


class _Body:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, most: int) -> bytes:
        return self.content[:most]


@pytest.mark.parametrize(
    "row",
    [
        {"item": "a", "question": "q"},
        {"item": "", "question": "q", "answer": "a"},
        {"item": "a", "question": 3, "answer": "a"},
        {"item": "a", "question": "q", "answer": "a", "at": "yesterday"},
        {"item": "a", "question": "q", "answer": "x" * 200_001},
    ],
    ids=["no answer", "no name", "no text", "no time", "too long"],
)
def test_a_line_that_is_no_answer_is_refused_with_its_place(
    tmp_path: Path, row: dict[str, Any]
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"id": 1, "input": "q", "output": "a"}) + "\n" + json.dumps(row))
    with pytest.raises(InputError, match="line 2"):
        read_lines(path)


def given(number: int, stratum: str = "") -> Given:
    return Given(f"i{number}", Task("q", ("a",)), own_stratum=stratum)


def test_small_strata_are_judged_whole_and_large_ones_at_the_rate() -> None:
    items = [given(n, "small" if n < 50 else "large") for n in range(5_050)]
    chosen = sample(items, [()] * len(items), Plan(rate=0.1, floor=100))
    small = [one for one in chosen if one.given.stratum == "small"]
    large = [one for one in chosen if one.given.stratum == "large"]
    assert (len(small), {one.probability for one in small}) == (50, {1.0})
    assert len(large) == pytest.approx(500, abs=60)
    assert {one.probability for one in large} == {0.1}


def test_weights_undo_the_boost_of_flagged_answers() -> None:
    items = [given(n) for n in range(20_000)]
    flags = [("loop",) if n % 10 == 0 else () for n in range(20_000)]
    chosen = sample(items, flags, Plan(rate=0.05, floor=0, boost=8))
    assert sum(bool(one.flags) for one in chosen) / len(chosen) > 0.4
    weights = [1 / one.probability for one in chosen]
    share = sum(w for w, one in zip(weights, chosen, strict=True) if one.flags) / sum(weights)
    assert share == pytest.approx(0.1, abs=0.02)


def test_a_bound_is_held_and_the_same_items_are_chosen_again() -> None:
    items = [given(n) for n in range(1_000)]
    flags: list[tuple[str, ...]] = [()] * 1_000
    fewer = sample(items, flags, Plan(most=50))
    assert len(fewer) == 50
    assert {one.probability for one in fewer} == {0.05}
    assert fewer == sample(items, flags, Plan(most=50))
    assert {o.given.id for o in fewer} <= {o.given.id for o in sample(items, flags, Plan(most=80))}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mail ann.b+c@mail.example.com now", "Mail [email] now"),
        ("Card 4111 1111 1111 1111.", "Card [card]."),
        ("Order 4111 1111 1111 1112", "Order 4111 1111 1111 1112"),
        ("Call +49 30 1234567 or (555) 123-4567", "Call [phone] or [phone]"),
        ("In 2026-11-21 at 10.5 GB, v1.2.3", "In 2026-11-21 at 10.5 GB, v1.2.3"),
    ],
)
def test_what_the_simple_redaction_takes(text: str, left: str) -> None:
    assert simple(text) == left


def test_a_redaction_of_your_own_is_named_by_module_and_function() -> None:
    upper = redaction("textwrap:dedent")
    assert redacted(Given("i", Task(" q", (" a",))), upper).task == Task("q", ("a",))
    with pytest.raises(InputError, match="no function"):
        redaction("textwrap:nothing")
