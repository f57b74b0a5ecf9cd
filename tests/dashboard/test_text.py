from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.text import cell, markdown, plain

MARKUP = set("\\`*_{}[]()<>#+-.!|~$:&@^=")


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_nothing_in_a_label_acts_as_markup(label: str) -> None:
    shown = markdown(label)
    unescaped = [
        c
        for place, c in enumerate(shown)
        if c in MARKUP - {"\\"} and shown[place - 1 : place] != "\\"
    ]
    assert unescaped == []


def test_an_address_in_a_label_is_no_link() -> None:
    for address in ("http://evil.example/a", "WWW.evil.example", "me@evil.example"):
        assert address not in markdown(address).replace("\\", "")
        assert address == markdown(address).replace("\\", "").replace("\u2060", "")


def test_a_label_is_one_line_without_characters_that_turn_text_around() -> None:
    assert plain("a\n\u202eb\x00c\u200bd") == "a b c d"


def test_a_long_label_is_cut_and_says_so() -> None:
    assert plain("x" * 400, most=10) == "x" * 9 + "…"


def test_a_spreadsheet_runs_no_cell_as_a_formula() -> None:
    for label in ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", " =1"):
        assert cell(label).startswith("'")
    assert cell("host a") == "host a"
