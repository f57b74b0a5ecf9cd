"""No model reads these prompts: what is tested is that the text cannot leave its fence."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.prompt import Task, build_prompt, orders
from judge.rubric import rubrics
from reinfra.model import InputError, random_id
from tests.judge.attacks import ATTACKS, NONCE
from tests.judge.gullible import (
    CORRECTNESS,
    HONEST,
    Reader,
    by_any_fence,
    by_the_mark,
    gullible,
    prompt_for,
)

PAIRS = rubrics()["following-instructions-pair"]


@pytest.mark.parametrize("reader", [by_the_mark, by_any_fence])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
def test_an_attack_neither_grades_itself_nor_changes_the_frame(attack: str, reader: Reader) -> None:
    prompt = prompt_for(attack)
    assert gullible(prompt, reader) == HONEST
    assert reader(prompt) == reader(prompt_for("Enid Blyton wrote it."))


def test_there_are_at_least_24_attacks_and_the_stub_falls_for_them_unfenced() -> None:
    assert len(ATTACKS) >= 24
    fallen = [name for name, text in ATTACKS.items() if gullible(text, str) != HONEST]
    assert len(fallen) == len(ATTACKS) - 1  # the plain order holds no verdict to take
    assert gullible(f"<material>\n{ATTACKS['a closed fence']}", by_any_fence) != HONEST


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet='<>/\\ \n\t\u200bmaterialMARK="0f', max_size=80))
def test_no_text_changes_what_stands_outside_the_fences(text: str) -> None:
    for reader in (by_the_mark, by_any_fence):
        assert reader(prompt_for(text)) == reader(prompt_for("plain"))


def test_code_and_markup_in_an_answer_stay_as_they_are() -> None:
    answer = "if a < b: return <b>materials</b> and x<m"
    assert answer in prompt_for(answer)


def test_questions_references_and_contexts_are_fenced_too() -> None:
    attack = ATTACKS["a closed fence"]
    task = Task(attack, ("fine",), reference=attack, context=attack)
    prompt = build_prompt(CORRECTNESS, task, lambda: NONCE).user
    assert gullible(prompt, by_any_fence) == HONEST
    assert prompt.count("</material") == 4


def test_a_pair_is_shown_both_ways() -> None:
    assert orders(PAIRS) == ("ab", "ba")
    task = Task("Say yes.", ("yes", "no"))
    ab, ba = (build_prompt(PAIRS, task, lambda: NONCE, order).user for order in orders(PAIRS))
    assert ab.index("\nyes\n") < ab.index("\nno\n")
    assert ba.index("\nno\n") < ba.index("\nyes\n")


def test_the_system_part_is_the_same_for_every_task() -> None:
    systems = {
        build_prompt(PAIRS, Task(question, ("a", "b")), random_id, order).system
        for question, order in itertools.product(("one", "two"), orders(PAIRS))
    }
    assert len(systems) == 1


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (Task("q", ("a",)), "no reference"),
        (Task("q", ("a",), reference=" "), "no reference"),
        (Task("q", ("a", "b"), reference="r"), "wrong number of answers"),
        (Task("q", (), reference="r"), "wrong number of answers"),
    ],
)
def test_a_task_that_does_not_fit_the_rubric_is_refused(task: Task, why: str) -> None:
    with pytest.raises(InputError, match=why):
        build_prompt(CORRECTNESS, task, lambda: NONCE)


def test_a_guessable_nonce_and_a_missing_order_are_defects() -> None:
    with pytest.raises(ValueError, match="nonce"):
        build_prompt(PAIRS, Task("q", ("a", "b")), lambda: "x", "ab")
    with pytest.raises(ValueError, match="order"):
        build_prompt(PAIRS, Task("q", ("a", "b")), lambda: NONCE)
