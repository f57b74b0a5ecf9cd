"""Wordings as the recorded judges of SummEval used them; the replies themselves have no licence to be here."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.recorded.prose import read_score
from reinfra.model import VerdictStatus


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("It is disjointed, scoring a 2 out of 5.", 2),
        ("It keeps to the text. Final score: 4", 4),
        ("Well written. 5", 5),
        ("Hard to follow, resulting in a score of 1.5.", 1.5),
        ("It gets a score of three.", 3),
        ("Sure! Score: 4/5\nIt could be shorter, and 12 names are missing.", 4),
        ("He scored 15 goals. I would score it a 3, final score: 2 out of 5", 2),
        ("3", 3),
    ],
)
def test_a_score_is_read_however_it_is_said(text: str, score: float) -> None:
    assert read_score(text).score == pytest.approx((score - 1) / 4)


@pytest.mark.parametrize(
    "text",
    ["", "A good text.", "Final score: 9. I give it a 3.", "Score: 0", "100%", "In 1999.", "\x00"],
)
def test_what_names_no_score_on_the_scale_is_none(text: str) -> None:
    reply = read_score(text)
    assert (reply.status, reply.score) == (VerdictStatus.UNPARSED, None)
    assert reply.why


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="score 1239/.5five:out of\n"))
def test_no_prose_raises_or_leaves_the_scale(text: str) -> None:
    score = read_score(text).score
    assert score is None or 0 <= score <= 1
