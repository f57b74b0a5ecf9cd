"""Recall and false alarms on the real answers that ship with the demo, broken on purpose."""

import functools
import gzip
import json
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.integrity import MARKS, Flaw, check_output, count_flaws
from tests.judge.recorded_sets import LLMBAR

LEAST_WORDS = 20


@functools.cache
def answers() -> tuple[str, ...]:
    """Both answers of each LLMBar pair."""
    with gzip.open(LLMBAR, "rt") as stream:
        rows = [json.loads(line) for line in stream]
    return tuple(row[name] for row in rows for name in ("output_1", "output_2"))


def looped(text: str, dice: random.Random) -> str:
    words = text.split()
    size = dice.randint(3, 12)
    start = dice.randrange(len(words) - size)
    return " ".join(words[: start + size] + words[start : start + size] * dice.randint(6, 20))


def garbled(text: str, _: random.Random) -> str:
    """UTF-8 read as Windows-1252, as a client with the wrong charset shows it."""
    typeset = text.replace("'", "\u2019").replace('"', "\u201c") + " \u2014 \u2026"
    return typeset.encode().decode("cp1252", "replace")


def cut(text: str, dice: random.Random) -> str:
    return text[: int(len(text) * dice.uniform(0.3, 0.9))]


def shuffled(text: str, dice: random.Random) -> str:
    words = text.split()
    dice.shuffle(words)
    return " ".join(words)


@pytest.mark.parametrize(
    ("broken", "flaw", "recall"),
    [
        (looped, Flaw.LOOP, 0.98),
        (garbled, Flaw.MOJIBAKE, 0.99),
        (cut, Flaw.TRUNCATED, 0.85),
        (shuffled, Flaw.SHUFFLED, 0.95),
    ],
)
def test_broken_answers_are_found(
    broken: Callable[[str, random.Random], str], flaw: Flaw, recall: float
) -> None:
    dice = random.Random(5)  # noqa: S311 - a repeatable choice
    long = [text for text in answers() if len(text.split()) >= LEAST_WORDS]
    found = sum(flaw in check_output(broken(text, dice)).flaws for text in long)
    assert found >= recall * len(long)


def test_at_most_one_real_answer_in_twenty_is_called_broken() -> None:
    counted = count_flaws(check_output(text) for text in answers())
    assert counted.checked == len(answers())
    assert counted.whole >= 0.95 * counted.checked


CONTEXT = (
    "The pump house of the northern reservoir was built in 1931 and holds four electric pumps. Each moves "
    "2,500 litres of water a second into the canal when the lake stands above its summer level."
)


@pytest.mark.parametrize(
    ("answer", "flaws"),
    [
        ("Four electric pumps move water from the reservoir into the canal.", set()),
        ("Each of the pumps moves 2500 litres of water a second.", set()),
        ("The pumps of the northern reservoir date from 1932.", {Flaw.UNSUPPORTED_NUMBER}),
        ("Simmer the onions gently until golden, then stir the saffron rice.", {Flaw.OFF_CONTEXT}),
        ("I cannot answer this from the given passage.", {Flaw.REFUSAL}),
        ("1931.", set()),
    ],
)
def test_an_answer_is_held_to_its_context(answer: str, flaws: set[Flaw]) -> None:
    found = check_output(answer, context=CONTEXT)
    assert found.flaws == flaws
    assert found.whole == (not flaws - MARKS)
    assert not check_output(answer).flaws & {Flaw.OFF_CONTEXT, Flaw.UNSUPPORTED_NUMBER}


def test_a_number_of_the_question_may_be_repeated() -> None:
    answer = "In 1940 the pumps of the reservoir were nine years old."
    assert Flaw.UNSUPPORTED_NUMBER in check_output(answer, context=CONTEXT).flaws
    asked = check_output(answer, context=CONTEXT, question="How old were they in 1940?")
    assert Flaw.UNSUPPORTED_NUMBER not in asked.flaws


def test_counts_say_of_how_many_answers_a_flaw_could_be_found() -> None:
    checks = [check_output("A whole answer."), check_output("It is so.", context=CONTEXT)]
    assert (count_flaws(checks).checked, count_flaws(checks).grounded) == (2, 1)


@pytest.mark.parametrize("unit", ["word ", "a", "1,2 ", "é", "#", ": "])
def test_no_answer_takes_long(unit: str) -> None:
    began = time.process_time()
    check_output(unit * 400_000, context=unit * 400_000)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("text", ["", " \n\t ", "\u2003"])
def test_an_empty_answer_has_this_one_flaw(text: str) -> None:
    assert check_output(text).flaws == {Flaw.EMPTY}


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, but I can\u2019t assist with that request.",
        "I cannot provide that information.",
        "I am unable to open links.",
        "Sorry, I can not do this.",
        "As an AI language model, I do not have access to your files.",
        "Unfortunately, I'm not able to answer that.",
        "I must decline to answer.",
        "I apologize, but I won't write this.",
    ],
)
def test_a_refusal_is_found(text: str) -> None:
    assert Flaw.REFUSAL in check_output(text).flaws


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I don't have preferences. However, here are two: tea and coffee.",
        "I'm sorry to hear that you lost your dog.",
        "You cannot divide by zero.",
        "The sorry state of the roads was noted.",
    ],
)
def test_an_apology_that_helps_is_no_refusal(text: str) -> None:
    assert Flaw.REFUSAL not in check_output(text).flaws


@pytest.mark.parametrize(
    "text",
    [
        "Paris",
        "42",
        "Yes.",
        "- one\n- two\n- three",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "-" * 200 + "\nThe end.",
        "Done.\n" + "=" * 120,
        "```python\nprint('x')\n```",
        "La la la la la.",
        "Es hei\u00dft na\u00efve Stra\u00dfe.",
        "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3067\u3059\u3002",
    ],
)
def test_short_and_typeset_answers_are_whole(text: str) -> None:
    assert check_output(text).whole


@pytest.mark.parametrize("text", ["The answer lies in the", "```python\nprint(1)", "First, and"])
def test_an_open_ending_is_a_cut(text: str) -> None:
    assert check_output(text).flaws == {Flaw.TRUNCATED}


def test_what_the_server_says_of_the_ending_beats_the_guess() -> None:
    assert check_output("Paris.", "length").flaws == {Flaw.TRUNCATED}
    assert check_output("The answer lies in the", "stop").whole


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_text_can_be_checked(text: str) -> None:
    assert check_output(text).whole == (not check_output(text).flaws)
