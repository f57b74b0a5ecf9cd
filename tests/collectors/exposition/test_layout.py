"""A page read with what is known of the one before is the page read alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.base import CollectorError
from collectors.exposition import UNTIMED, Grammar, Reader

NUMBERS = st.sampled_from(["0", "1", "2.5", "-3e3", "+Inf", "-Inf", "NaN", "1e308", "007", "bad"])
LABELS = st.sampled_from(["", '{a="1"}', '{a="1  2"}', '{a="1 2"}', '{a="x\\"y"}', '{ a="1" }'])
TAILS = st.sampled_from(["", "", "", " 5", " 99", " "])
PAGES = st.lists(
    st.tuples(st.sampled_from(["m", "n", "o_total"]), LABELS, NUMBERS, TAILS),
    min_size=1,
    max_size=6,
)


def page(rows: list[tuple[str, str, str, str]]) -> bytes:
    body = "".join(f"{name}{labels} {value}{tail}\n" for name, labels, value, tail in rows)
    return f"# TYPE o_total counter\n# some words here\n\n{body}".encode()


def outcome(reader: Reader, rows: list[tuple[str, str, str, str]]) -> object:
    """What can be compared of a page, or why it is refused."""
    try:
        read = reader.read(page(rows), Grammar.TEXT)
    except CollectorError as error:
        return str(error)
    return read.points, read.value.tobytes(), read.at.tobytes()


@settings(max_examples=80, deadline=None)
@given(PAGES, st.lists(NUMBERS, min_size=6, max_size=6), PAGES)
def test_what_was_read_before_changes_nothing(
    first: list[tuple[str, str, str, str]],
    values: list[str],
    third: list[tuple[str, str, str, str]],
) -> None:
    again = [(n, labels, v, tail) for (n, labels, _, tail), v in zip(first, values, strict=False)]
    reader = Reader()
    for rows in (first, again, first, third, again):
        assert outcome(reader, rows) == outcome(Reader(), rows)


def test_pages_of_one_layout_share_their_points() -> None:
    reader = Reader()
    first = reader.read(b'a{b="c d"} 1\nb 2\n', Grammar.TEXT)
    second = reader.read(b'a{b="c d"} 30.5\nb NaN\n', Grammar.TEXT)
    assert second.points is first.points
    assert second.value[0] == 30.5


def test_a_series_that_differs_in_blanks_only_is_another_one() -> None:
    reader = Reader()
    reader.read(b'a{b="c d"} 1\nb 2\n', Grammar.TEXT)
    page = reader.read(b'a{b="c  d"} 1\nb 2\n', Grammar.TEXT)
    assert page.points[0].labels == (("b", "c  d"),)


def test_times_that_change_are_read_with_the_values() -> None:
    reader = Reader()
    reader.read(b"a 1 10\nb 2\nc 3 10\n", Grammar.TEXT)
    page = reader.read(b"a 1 20\nb 5\nc 3 -30\n", Grammar.TEXT)
    assert page.at.tolist() == [20, UNTIMED, -30]
    assert page.value.tolist() == [1, 5, 3]


def test_a_known_layout_is_still_held_to_the_rules_of_its_values() -> None:
    good = b'# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="+Inf"} 2\n# TYPE b counter\nb_total 1\n# EOF\n'
    reader = Reader()
    reader.read(good, Grammar.OPEN_METRICS)
    for bad in (b'le="1"} 3', b'le="1"} 0.5', b'le="1"} -1', b'le="1"} NaN'):
        with pytest.raises(CollectorError, match=r"^line [23]: "):
            reader.read(good.replace(b'le="1"} 1', bad), Grammar.OPEN_METRICS)
    with pytest.raises(CollectorError, match=r"^line 5: .*negative"):
        reader.read(good.replace(b"b_total 1", b"b_total -1"), Grammar.OPEN_METRICS)
    assert len(reader.read(good, Grammar.OPEN_METRICS).points) == 3


def test_a_malformed_page_leaves_the_reader_as_it_was() -> None:
    reader = Reader()
    first = reader.read(b"a 1\nb 2\n", Grammar.TEXT)
    with pytest.raises(CollectorError):
        reader.read(b"a 1\nb 2\nc x\n", Grammar.TEXT)
    assert reader.read(b"a 3\nb 4\n", Grammar.TEXT).points is first.points


def test_a_page_in_another_format_is_read_by_its_own_grammar() -> None:
    reader = Reader()
    reader.read(b"a 1\nb 2 1500\nc 1\n", Grammar.TEXT)
    page = reader.read(b"a 1\nb 2 1500\nc 1\n# EOF\n", Grammar.OPEN_METRICS)
    assert page.at[1] == 1_500_000
