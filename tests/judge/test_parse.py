import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.parse import LONGEST_REPLY, Reply, parse_reply, reply_schema, verdict_of
from judge.rubric import Rubric, rubrics
from reinfra.model import VerdictStatus

CORRECTNESS, PAIRS = rubrics()["correctness"], rubrics()["following-instructions-pair"]


def reply(verdict: object, reason: object = "because") -> str:
    return json.dumps({"reason": reason, "verdict": verdict})


@pytest.mark.parametrize(
    ("label", "score"), [("correct", 1.0), ("partly correct", 0.5), ("incorrect", 0.0)]
)
def test_a_grade_on_the_scale_is_scored(label: str, score: float) -> None:
    parsed = parse_reply(f"  {reply(label)}\n", CORRECTNESS)
    assert parsed == Reply(VerdictStatus.OK, score, label, "because")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "correct",
        '"correct"',
        "5",
        "null",
        "[]",
        reply("Correct"),
        reply("very correct"),
        reply("first"),
        reply(1),
        reply(1.0),
        reply(None),
        reply(["correct"]),
        reply("correct", reason=7),
        '{"verdict": "correct"}',
        '{"reason": "", "verdict": "correct", "note": "x"}',
        '{"reason": "", "verdict": "incorrect", "verdict": "correct"}',
        '{"reason": NaN, "verdict": "correct"}',
        f"Here you go: {reply('correct')}",
        f"{reply('incorrect')}\n{reply('correct')}",
        f"```json\n{reply('correct')}\n```",
        reply("correct")[:-1],
        "[" * 60_000,
        '{"reason":' * 5_000,
        reply("correct", reason="x" * LONGEST_REPLY),
        "\ud800",
    ],
)
def test_whatever_is_not_exactly_a_grade_is_none(text: str) -> None:
    parsed = parse_reply(text, CORRECTNESS)
    assert (parsed.status, parsed.score) == (VerdictStatus.UNPARSED, None)
    assert parsed.why


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_no_text_makes_the_parser_raise_or_score(text: str) -> None:
    assert parse_reply(text, CORRECTNESS).score is None


@pytest.mark.parametrize(
    ("order", "said", "score", "label"),
    [
        ("ab", "first", 1.0, "first"),
        ("ba", "first", 0.0, "second"),
        ("ba", "second", 1.0, "first"),
        ("ba", "tie", 0.5, "tie"),
    ],
)
def test_a_verdict_speaks_of_the_items_own_order(
    order: str, said: str, score: float, label: str
) -> None:
    verdict = verdict_of(parse_reply(reply(said), PAIRS), "i", "m", PAIRS, order)
    assert (verdict.score, verdict.label, verdict.order) == (score, label, order)
    assert verdict.rubric == PAIRS.id


def test_an_unparsed_reply_is_a_verdict_without_a_score() -> None:
    verdict = verdict_of(parse_reply("hm", CORRECTNESS), "i", "m", CORRECTNESS)
    assert (verdict.status, verdict.score) == (VerdictStatus.UNPARSED, None)


@pytest.mark.parametrize("rubric", [CORRECTNESS, PAIRS])
def test_the_schema_offers_the_scale_and_nothing_else(rubric: Rubric) -> None:
    schema = reply_schema(rubric)
    assert tuple(schema["properties"]["verdict"]["enum"]) == rubric.labels
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == ["reason", "verdict"]
