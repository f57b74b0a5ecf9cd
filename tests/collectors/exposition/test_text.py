import numpy as np
import pytest

from collectors.exposition import UNTIMED, Grammar, Type
from tests.collectors.exposition.pages import lines, refusal, text


def test_samples_have_the_type_of_the_family_they_belong_to() -> None:
    page = text(
        '# TYPE a histogram\na_bucket{le="1"} 1\na_sum 2\na_count 1\na_other 5\n'
        '# TYPE b summary\nb{quantile="0.5"} 3\nb_count 4\nb_bucket 6\nplain 7\n'
    )
    of = {point.name: (point.family.name, point.family.type) for point in page.points}
    assert of["a_bucket"] == of["a_sum"] == of["a_count"] == ("a", Type.HISTOGRAM)
    assert of["b"] == of["b_count"] == ("b", Type.SUMMARY)
    assert of["a_other"] == ("a_other", Type.UNKNOWN)
    assert of["b_bucket"] == ("b_bucket", Type.UNKNOWN)


def test_a_time_is_in_milliseconds_and_may_be_missing() -> None:
    page = text("a 1\nb 2 1500\nc 3 -2\n")
    assert page.at.tolist() == [UNTIMED, 1500, -2]


def test_escapes_in_a_label_value_are_undone_once() -> None:
    page = text('a{l="base\\"v\\\\al\\nue\\\\n"} 1\n')
    assert page.points[0].labels == (("l", 'base"v\\al\nue\\n'),)


def test_blanks_that_prometheus_allows_say_nothing() -> None:
    plain = text('a{b="c",d="e"} 1 2\n')
    odd = text(' \ta { b = "c" ,d\t=\t"e" , }\t1\t 2 \n')
    assert (odd.points, odd.at.tolist()) == (plain.points, plain.at.tolist())


def test_a_value_may_follow_the_brace_without_a_blank() -> None:
    assert lines(text('a{b="c"}-Inf\n')) == {'a{b="c"}': -np.inf}


@pytest.mark.parametrize(
    "value", ["1e400", "+NaN", "1_0", "0x10", "1\r", "1\x0b", "٣", "nan1", "."]
)
def test_numbers_that_python_takes_and_go_does_not_are_refused(value: str) -> None:
    page = f"a 1\nb {value}\n".encode()
    assert refusal(page, Grammar.TEXT).startswith("line 2: malformed exposition: expected a number")


@pytest.mark.parametrize("value", ["NaN", "nan", "+Inf", "-infinity", "1.", ".5", "+1E-3", "08"])
def test_numbers_that_go_takes(value: str) -> None:
    assert refusal(f"a {value}\n".encode(), Grammar.TEXT) == ""


def test_a_page_cut_within_a_line_is_refused_even_if_the_rest_of_it_is_a_number() -> None:
    assert "ends within a line" in refusal(b"a 1\nb 4200\nc 42", Grammar.TEXT)


def test_bad_utf_8_is_refused_with_its_line_and_allowed_in_a_comment() -> None:
    assert refusal(b'a 1\nb{l="\xff"} 2\n', Grammar.TEXT).startswith("line 2")
    assert refusal(b"# HELP a \xff\na 1\n", Grammar.TEXT).startswith("line 1")
    assert refusal(b"# only \xff a comment\na 1\n", Grammar.TEXT) == ""


def test_a_help_text_may_hold_any_backslash() -> None:
    assert refusal(b"# HELP a matches \\d+\na 1\n", Grammar.TEXT) == ""


def test_a_text_from_outside_is_cut_and_escaped_in_a_message() -> None:
    red = "\x1b[31m" * 100
    why = refusal(f"a {red}\n".encode(), Grammar.TEXT)
    assert "\x1b" not in why
    assert len(why) < 500
