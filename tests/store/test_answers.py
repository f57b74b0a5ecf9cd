"""Answers that a judge may grade: each once, kept or hashed."""

import dataclasses
import hashlib
import math

import pytest

from reinfra.model import DAY, Answer, Report
from reinfra.store import Store, answers, ledger
from reinfra.store.answers import StoredAnswer, Texts
from tests.store.conftest import NOW

ANSWER = Answer("r-1", NOW, "chat", "llama", "What is 2+2?", "4", prompt_version="7")


def _receive(store: Store, *given: Answer, texts: Texts = Texts.KEEP) -> None:
    ledger.record(store, "otlp", Report(answers=given), NOW, texts=texts)


def _all(store: Store) -> list[StoredAnswer]:
    with store.reading() as connection:
        return answers.between(connection, 0, NOW + DAY)


def test_an_answer_comes_back_as_it_was(held: Store) -> None:
    graded = dataclasses.replace(ANSWER, scorer="exact", score=1.0, label="right", reference="4")
    _receive(held, graded)
    (found,) = _all(held)
    assert found == StoredAnswer("otlp", graded, Texts.KEEP, 12, 1)
    assert found.whole


def test_hashed_texts_are_not_stored_and_still_tell_repeats(held: Store) -> None:
    _receive(held, ANSWER, dataclasses.replace(ANSWER, id="r-2"), texts=Texts.HASH)
    one, other = _all(held)
    assert one.answer.output == hashlib.sha256(b"4").hexdigest() == other.answer.output
    assert (one.answer.reference, one.input_length, one.whole) == ("", 12, False)


def test_texts_are_hashed_unless_it_is_said_otherwise(held: Store) -> None:
    ledger.record(held, "otlp", Report(answers=(ANSWER,)), NOW)
    assert _all(held)[0].texts is Texts.HASH


def test_an_id_is_kept_once_and_a_grade_that_comes_later_joins_it(held: Store) -> None:
    _receive(held, ANSWER, dataclasses.replace(ANSWER, output="5"))
    assert math.isnan(_all(held)[0].answer.score)
    for score in (0.5, 0.9):
        _receive(held, dataclasses.replace(ANSWER, output="", scorer="j", score=score))
    (found,) = _all(held)
    assert (found.answer.output, found.answer.score, found.answer.scorer) == ("4", 0.5, "j")


def test_a_text_that_is_too_long_is_cut_and_no_longer_whole(held: Store) -> None:
    _receive(held, dataclasses.replace(ANSWER, output="x" * 100_000))
    (found,) = _all(held)
    assert len(found.answer.output) == answers.TEXT_SIZE
    assert (found.output_length, found.whole) == (100_000, False)


@pytest.mark.parametrize("id_", ["x" * 5_000, "nul\0", "\ud800"])
def test_an_id_that_cannot_be_a_key_is_known_by_its_hash(held: Store, id_: str) -> None:
    _receive(held, dataclasses.replace(ANSWER, id=id_), dataclasses.replace(ANSWER, id=id_))
    (found,) = _all(held)
    assert len(found.answer.id) == 64


def test_answers_are_given_newest_first_and_no_more_than_asked(held: Store) -> None:
    _receive(held, *(dataclasses.replace(ANSWER, id=f"{i}", at=NOW + i) for i in range(5)))
    with held.reading() as connection:
        found = answers.between(connection, NOW + 1, NOW + 4, limit=2)
    assert [one.answer.at for one in found] == [NOW + 3, NOW + 2]


def test_old_answers_go_and_too_many_go_from_the_oldest(
    held: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 3)
    _receive(held, *(dataclasses.replace(ANSWER, id=f"{i}", at=NOW + i) for i in range(5)))
    with held.writing() as connection:
        assert answers.expire(connection, NOW - DAY) == 2
        assert answers.expire(connection, NOW + 3) == 1
    assert [one.answer.at for one in _all(held)] == [NOW + 4, NOW + 3]
