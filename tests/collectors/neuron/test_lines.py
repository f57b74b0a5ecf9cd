from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.neuron.lines import Lines


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=8).filter(lambda part: b"\n" not in part)), st.data())
def test_lines_are_the_same_however_they_come_in(texts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(text + b"\n" for text in texts)
    lines, cut = Lines(100), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        cut += lines.feed(stream[:size])
        stream = stream[size:]
    assert cut == [text for text in texts if text.strip()]


def test_a_line_without_an_end_is_thrown_away_and_the_next_one_is_read() -> None:
    lines = Lines(1_000)
    for _ in range(100):
        assert lines.feed(b"x" * 999) == []
        assert sum(map(len, lines._parts)) <= 1_000
    assert lines.feed(b"\nnext\n") == [b"next"]
    assert lines.too_long == 1


def test_half_a_line_is_no_line() -> None:
    lines = Lines(100)
    assert lines.feed(b'{"half":') == []
    assert lines.feed(b" 1}\n") == [b'{"half": 1}']


def test_a_line_of_exactly_the_limit_is_kept() -> None:
    lines = Lines(4)
    assert lines.feed(b"1234\n12345\n") == [b"1234"]
    assert lines.too_long == 1
